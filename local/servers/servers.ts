import type { Daemon } from '../daemon/daemon';
import { startDaemon, stopDaemon, type StartResult } from '../daemon/supervisor';
import type { StopResult } from '../daemon/stop';
import type { StackConfig } from '../stack-config';
import { createAlertmanager } from './alertmanager';
import { createInbox } from './inbox';
import { createMariadb } from './mariadb';
import { createMongodb } from './mongodb';
import { createPrometheus } from './prometheus';
import { createEpmd, createRabbitmq } from './rabbitmq';

/** What the product needs. */
export const serverNames = ['rabbitmq', 'mariadb', 'mongodb', 'inbox'] as const;

/** What looks at it: only where a person does, not under tests, demo, bench and chaos. */
export const monitorNames = ['alertmanager', 'prometheus'] as const;

export type ServerName = (typeof serverNames)[number] | (typeof monitorNames)[number];

/** A server's processes in the order they start; they stop in the opposite one. */
export function serverDaemons(config: StackConfig, name: ServerName): readonly Daemon[] {
  switch (name) {
    case 'rabbitmq':
      return [createEpmd(config), createRabbitmq(config)];
    case 'mariadb':
      return [createMariadb(config)];
    case 'mongodb':
      return [createMongodb(config)];
    case 'inbox':
      return [createInbox(config)];
    case 'alertmanager':
      return [createAlertmanager(config)];
    case 'prometheus':
      return [createPrometheus(config)];
  }
}

export interface StartOptions {
  /** Told once per process, when it answers. */
  readonly listener?: (daemon: Daemon, result: StartResult, elapsedMs: number) => void;
  /** Aborted when nobody wants the servers any more. */
  readonly signal?: AbortSignal;
}

/**
 * Starts these servers, all at once, and resolves when every one answers. Callers hold the lock.
 *
 * @throws the first failure, after the others have settled, so that nothing is left half started
 */
export async function startServers(
  config: StackConfig,
  names: readonly ServerName[],
  { listener, signal }: StartOptions = {},
): Promise<void> {
  const results = await Promise.allSettled(
    names.map(async (name) => {
      for (const daemon of serverDaemons(config, name)) {
        const begin = performance.now();
        const result = await startDaemon(config, daemon, signal);
        listener?.(daemon, result, performance.now() - begin);
      }
    }),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

export interface StopOptions {
  /** Kills what has not ended after this time, instead of after the server's own deadline. */
  readonly deadlineMs?: number;
  readonly listener?: (daemon: Daemon, result: StopResult | 'not running') => void;
}

/** Stops these servers; those that do not run are none of our business. Callers hold the lock. */
export async function stopServers(
  config: StackConfig,
  names: readonly ServerName[],
  options: StopOptions = {},
): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      for (const daemon of serverDaemons(config, name).toReversed()) {
        const result = await stopDaemon(config, daemon, options.deadlineMs);
        options.listener?.(daemon, result);
      }
    }),
  );
}
