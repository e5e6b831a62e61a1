import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NotReady, type Daemon, type DaemonPort } from '../daemon/daemon';
import { nodeProgram } from '../servers/node-program';
import type { StackConfig } from '../stack-config';
import { StackError } from '../stack-error';
import { processEnvironment, type ProcessName } from './process-environment';

/** In the order they start; a stop goes the other way, so that uploads end first. */
export const processNames: readonly ProcessName[] = [
  'auth',
  'notification',
  'converter',
  'relay',
  'gateway',
];

const entries: Readonly<Record<ProcessName, string>> = {
  auth: 'dist/auth/main.js',
  gateway: 'dist/gateway/main.js',
  converter: 'dist/pipeline/converter-main.js',
  notification: 'dist/pipeline/notification-main.js',
  relay: 'dist/pipeline/relay-main.js',
};

/** One of the product's own processes, as it runs in this stack. */
export function createProductProcess(config: StackConfig, name: ProcessName): Daemon {
  return createNodeProcess(config, {
    name,
    entry: entries[name],
    environment: () => processEnvironment(config, name),
    ports: portsOf(config, name),
    adminPort: adminPortOf(config, name),
  });
}

export interface NodeProcess {
  readonly name: string;
  /** Absolute, or below the checkout. */
  readonly entry: string;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly ports: readonly DaemonPort[];
  readonly adminPort: number;
}

/**
 * A small young generation: buffers of streams become garbage at once, and with the default they
 * pile up by tens of megabytes before anybody collects them. `npm run bench -- memory` shows it.
 */
const nodeFlags = ['--max-semi-space-size=1'];

/** A Node process of ours that says on its admin port when it is ready. */
export function createNodeProcess(config: StackConfig, process: NodeProcess): Daemon {
  const program = resolve(config.repositoryDirectory, process.entry);
  return {
    name: process.name,
    ports: [...process.ports, { label: 'admin', port: process.adminPort }],
    readyDeadlineMs: 60_000,
    // Longer than a worker's own limit for finishing what it has begun.
    stopDeadlineMs: 40_000,
    // A newer build or other settings: an `up` means that one.
    replaceWhenChanged: true,
    build: buildStamp(config),
    prepare: () => Promise.resolve(),
    command: () => {
      if (!existsSync(program)) {
        throw new StackError(`${process.entry} is missing: build it with "npm run build"`);
      }
      return Promise.resolve({
        file: nodeProgram(config),
        args: [...nodeFlags, program],
        environment: process.environment(),
        directory: config.repositoryDirectory,
      });
    },
    probe: async () => {
      const response = await fetch(`http://127.0.0.1:${process.adminPort}/readyz`, {
        signal: AbortSignal.timeout(5_000),
      });
      const text = await response.text();
      if (response.ok) return;
      const answer = `/readyz answered ${response.status}: ${text.trim()}`;
      throw response.status === 503 ? new NotReady(answer) : new Error(answer);
    },
  };
}

/** What bootstrap.mjs noted about the sources of `dist/`; empty when somebody else built it. */
function buildStamp(config: StackConfig): string {
  const path = join(config.repositoryDirectory, 'dist/.sources');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function adminPortOf({ ports }: StackConfig, name: ProcessName): number {
  switch (name) {
    case 'auth':
      return ports.authAdmin;
    case 'gateway':
      return ports.gatewayAdmin;
    case 'converter':
      return ports.converterAdmin;
    case 'notification':
      return ports.notificationAdmin;
    case 'relay':
      return ports.relayAdmin;
  }
}

function portsOf({ ports }: StackConfig, name: ProcessName): DaemonPort[] {
  switch (name) {
    case 'auth':
      return [{ label: 'HTTP', port: ports.auth }];
    case 'gateway':
      return [{ label: 'API', port: ports.gateway }];
    case 'converter':
    case 'notification':
    case 'relay':
      return [];
  }
}
