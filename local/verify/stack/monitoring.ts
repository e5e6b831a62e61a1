import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { Daemon } from '../../daemon/daemon';
import { createAlertmanager } from '../../servers/alertmanager';
import { createPrometheus } from '../../servers/prometheus';
import type { StackConfig } from '../../stack-config';
import { scaleAlertmanager, scaleRules } from '../rules/scale-files';
import { secondConverterPort } from './processes';

/** The product's own rules, as they are committed. */
export function ruleFiles({ repositoryDirectory }: StackConfig): string[] {
  const directory = join(repositoryDirectory, 'observability/prometheus/rules');
  return ['recording.yml', 'alerts.yml'].map((name) => join(directory, name));
}

/** The stack's Prometheus with the product's rules, in which a minute lasts a second. */
export function createFastPrometheus(config: StackConfig): Daemon {
  const directory = join(config.stateDirectory, 'fast-rules');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const fast = ruleFiles(config).map((path) => {
    const copy = join(directory, basename(path));
    writeFileSync(copy, scaleRules(readFileSync(path, 'utf8')));
    return copy;
  });
  return rewritten(
    createPrometheus(config, { ruleFiles: fast, everySeconds: 1 }),
    join(config.stateDirectory, 'prometheus', 'prometheus.yml'),
    (text) => withSecondConverter(text, secondConverterPort(config)),
  );
}

/** The stack's Alertmanager, which waits seconds where it would wait minutes. */
export function createFastAlertmanager(config: StackConfig): Daemon {
  return rewritten(
    createAlertmanager(config),
    join(config.stateDirectory, 'alertmanager', 'alertmanager.yml'),
    scaleAlertmanager,
  );
}

const prometheusFile = z.looseObject({
  scrape_configs: z.array(
    z.looseObject({
      job_name: z.string(),
      static_configs: z.array(z.looseObject({ targets: z.array(z.string()) })),
    }),
  ),
});

function withSecondConverter(text: string, port: number): string {
  const file = prometheusFile.parse(parse(text));
  for (const { job_name, static_configs } of file.scrape_configs) {
    if (job_name === 'converter') static_configs[0]?.targets.push(`127.0.0.1:${port}`);
  }
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** A daemon whose configuration file is changed after it has been written. */
function rewritten(daemon: Daemon, path: string, change: (text: string) => string): Daemon {
  return {
    ...daemon,
    prepare: async () => {
      await daemon.prepare();
      writeFileSync(path, change(readFileSync(path, 'utf8')), { mode: 0o600 });
    },
    command: async () => {
      const command = await daemon.command();
      const mortal = ['--pdeathsig', 'KILL', command.file, ...command.args];
      return { ...command, file: 'setpriv', args: mortal };
    },
  };
}
