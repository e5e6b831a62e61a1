import { crashDaemon, findDaemon, startDaemon, stopDaemon } from '../../daemon/supervisor';
import type { Daemon } from '../../daemon/daemon';
import type { WorkDisks } from '../../chaos/disk';
import { processEnvironment } from '../../processes/process-environment';
import { createNodeProcess, createProductProcess } from '../../processes/product-process';
import type { StackConfig } from '../../stack-config';
import { portsPerStack } from '../../stack-ports';

/** The product's processes; a second converter, so that one may be away. */
export const verifiedProcesses = [
  'auth',
  'gateway',
  'notification',
  'relay',
  'converter',
  'converter-2',
] as const;
export type VerifiedProcess = (typeof verifiedProcesses)[number];

/**
 * Shorter times, where the product's own would outlast the run. Nothing that a threshold of a rule
 * is about.
 */
const settings: Readonly<Record<VerifiedProcess, Readonly<Record<string, string>>>> = {
  auth: {},
  gateway: { MONGO_SELECT_TIMEOUT_MS: '1000' },
  notification: { STOP_TIMEOUT_MS: '3000' },
  relay: { SWEEP_EVERY_MS: '3000', SWEEP_AGE_MS: '60000' },
  converter: { STOP_TIMEOUT_MS: '3000', CLAIM_MS: '5000' },
  'converter-2': { STOP_TIMEOUT_MS: '3000', CLAIM_MS: '5000' },
};

/** The stack's last but one port; the last one reserves the range. */
export function secondConverterPort(config: StackConfig): number {
  return config.portBase + portsPerStack - 2;
}

/** Starts, stops and kills the product's processes. None of them outlives this one. */
export class Processes {
  constructor(
    private readonly config: StackConfig,
    private readonly disks: WorkDisks,
  ) {}

  /** Resolves when it says that it is ready. */
  async start(name: VerifiedProcess, signal?: AbortSignal): Promise<void> {
    await startDaemon(this.config, this.#daemon(name), signal);
  }

  async stop(name: VerifiedProcess): Promise<void> {
    await stopDaemon(this.config, this.#daemon(name), 8_000);
  }

  /** SIGKILL to it and what it started. */
  crash(name: VerifiedProcess): Promise<void> {
    return crashDaemon(this.config, name);
  }

  /** Undefined while it does not run. */
  pid(name: VerifiedProcess): number | undefined {
    return findDaemon(this.config, name)?.pid;
  }

  converterPids(): number[] {
    return (['converter', 'converter-2'] as const).flatMap((name) => this.pid(name) ?? []);
  }

  async stopAll(): Promise<void> {
    await Promise.all(
      verifiedProcesses.map((name) => stopDaemon(this.config, this.#daemon(name), 2_000)),
    );
  }

  #daemon(name: VerifiedProcess): Daemon {
    const daemon =
      name === 'converter-2' ? this.#secondConverter() : createProductProcess(this.config, name);
    const number = { converter: 1, 'converter-2': 2 }[name as string];
    return {
      ...daemon,
      command: async () => {
        const command = await daemon.command();
        const environment = {
          ...command.environment,
          ...settings[name],
          ...(number === undefined ? {} : { WORK_DIR: this.disks.directory(number) }),
        };
        const mortal = {
          ...command,
          environment,
          file: 'setpriv',
          args: ['--pdeathsig', 'KILL', command.file, ...command.args],
        };
        return number === undefined ? mortal : this.disks.inside(mortal);
      },
    };
  }

  #secondConverter(): Daemon {
    const adminPort = secondConverterPort(this.config);
    return createNodeProcess(this.config, {
      name: 'converter-2',
      entry: 'dist/pipeline/converter-main.js',
      environment: () => ({
        ...processEnvironment(this.config, 'converter'),
        ADMIN_PORT: String(adminPort),
      }),
      ports: [],
      adminPort,
    });
  }
}
