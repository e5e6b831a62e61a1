import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertmanagerConfig } from '../../observability/prometheus/alertmanager-config';
import type { Daemon } from '../daemon/daemon';
import { secret, secretPath } from '../secrets';
import type { StackConfig } from '../stack-config';
import { smtpUser } from './inbox';
import { answersReady, monitorProgram } from './monitor-program';
import { systemPath } from './system-path';

/** Who gets the alerts of a stack, in its inbox. */
export const operatorAddress = 'operator@localhost.localdomain';

/** The page and API; ends without a slash. */
export function alertmanagerUrl(config: StackConfig): string {
  return `http://127.0.0.1:${config.ports.alertmanager}`;
}

/** Alertmanager that mails to this stack's inbox. */
export function createAlertmanager(config: StackConfig): Daemon {
  const directory = join(config.stateDirectory, 'alertmanager');
  const configFile = join(directory, 'alertmanager.yml');
  const port = config.ports.alertmanager;
  const text = alertmanagerConfig({
    comment: 'Written at each start of the local stack.',
    smarthost: `127.0.0.1:${config.ports.smtp}`,
    from: 'alerts@localhost.localdomain',
    to: operatorAddress,
    account: {
      user: smtpUser,
      passwordFile: secretPath(config.stateDirectory, 'smtp-app'),
      trustAnyCertificate: true,
    },
    groupWaitSeconds: 2,
  });
  return {
    name: 'alertmanager',
    ports: [{ label: 'Alertmanager', port }],
    readyDeadlineMs: 30_000,
    stopDeadlineMs: 5_000,
    replaceWhenChanged: true,
    build: text,
    prepare: () => {
      secret(config.stateDirectory, 'smtp-app');
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(configFile, text, { mode: 0o600 });
      return Promise.resolve();
    },
    command: () =>
      Promise.resolve({
        // Debian's name, and the project's own.
        file: monitorProgram(config, 'prometheus-alertmanager', 'alertmanager'),
        args: [
          `--config.file=${configFile}`,
          `--storage.path=${join(directory, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          `--web.external-url=${alertmanagerUrl(config)}/`,
          // Empty: no cluster, and no second port.
          '--cluster.listen-address=',
        ],
        environment: { PATH: systemPath, LANG: 'C.UTF-8', HOME: directory },
        directory,
      }),
    probe: () => answersReady(alertmanagerUrl(config)),
  };
}
