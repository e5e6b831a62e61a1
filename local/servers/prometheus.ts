import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prometheusConfig } from '../../observability/prometheus/prometheus-config';
import { scrapeTargets, type Targets } from '../../observability/prometheus/scrapes';
import type { Daemon } from '../daemon/daemon';
import type { StackConfig } from '../stack-config';
import { answersReady, monitorProgram } from './monitor-program';
import { systemPath } from './system-path';

/** The `namespace` of every series of such a stack. */
export const localNamespace = 'local';

export interface PrometheusOptions {
  /** Absolute paths; the product's own when left out. */
  readonly ruleFiles?: readonly string[];
  /** Pause between two scrapes, and between two evaluations of the rules. */
  readonly everySeconds?: number;
}

/** The page and API; ends without a slash. */
export function prometheusUrl(config: StackConfig): string {
  return `http://127.0.0.1:${config.ports.prometheus}`;
}

/**
 * Prometheus over this stack's processes and broker. It starts anew when its configuration or a rule
 * has changed, and keeps what it had measured.
 */
export function createPrometheus(config: StackConfig, options: PrometheusOptions = {}): Daemon {
  const directory = join(config.stateDirectory, 'prometheus');
  const configFile = join(directory, 'prometheus.yml');
  const ruleFiles = options.ruleFiles ?? productRules(config);
  const text = configText(config, ruleFiles, options.everySeconds ?? 15);
  const port = config.ports.prometheus;
  return {
    name: 'prometheus',
    ports: [{ label: 'Prometheus', port }],
    readyDeadlineMs: 30_000,
    stopDeadlineMs: 10_000,
    replaceWhenChanged: true,
    build: [text, ...ruleFiles.map((path) => readFileSync(path, 'utf8'))].join('\n'),
    prepare: () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(configFile, text, { mode: 0o600 });
      return Promise.resolve();
    },
    command: () =>
      Promise.resolve({
        file: monitorProgram(config, 'prometheus'),
        args: [
          `--config.file=${configFile}`,
          `--storage.tsdb.path=${join(directory, 'data')}`,
          // A person's own machine: enough for "since when", and never much of the disk.
          '--storage.tsdb.retention.time=7d',
          '--storage.tsdb.retention.size=512MB',
          `--web.listen-address=127.0.0.1:${port}`,
          // The address in mails, and not the name that the machine gives itself.
          `--web.external-url=${prometheusUrl(config)}/`,
        ],
        environment: { PATH: systemPath, LANG: 'C.UTF-8', HOME: directory },
        directory,
      }),
    probe: () => answersReady(prometheusUrl(config)),
  };
}

function configText(config: StackConfig, ruleFiles: readonly string[], everySeconds: number) {
  return prometheusConfig({
    comment: 'Written at each start of the local stack.',
    everySeconds,
    ruleFiles,
    alertmanager: `127.0.0.1:${config.ports.alertmanager}`,
    scrapes: scrapeTargets(localNamespace, scrapeAddresses(config)),
  });
}

/** Where each job of this stack answers to a scrape. */
export function scrapeAddresses({ ports }: StackConfig): Targets {
  const at = (port: number) => `127.0.0.1:${port}`;
  return {
    gateway: at(ports.gatewayAdmin),
    auth: at(ports.authAdmin),
    converter: at(ports.converterAdmin),
    notification: at(ports.notificationAdmin),
    relay: at(ports.relayAdmin),
    rabbitmq: at(ports.rabbitmqMetrics),
    prometheus: at(ports.prometheus),
    alertmanager: at(ports.alertmanager),
  };
}

function productRules({ repositoryDirectory }: StackConfig): string[] {
  const rules = join(repositoryDirectory, 'observability/prometheus/rules');
  return ['recording.yml', 'alerts.yml'].map((name) => join(rules, name));
}
