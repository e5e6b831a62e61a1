import { resolve } from 'node:path';
import { processEnvironment } from '../processes/process-environment';
import { nodeProgram } from '../servers/node-program';
import type { StackConfig } from '../stack-config';
import type { WorkDisks } from './disk';
import { slotName, type Role, type Slot } from './events';
import type { Journal } from './journal';
import type { Network } from './network';
import { heartbeatS, mongoOptions, shortTimes } from './settings';
import { Supervised, type ChildCommand } from './supervised';

/** Entry file of each process, below the checkout or absolute; others are test builds. */
export type Entries = Readonly<Record<Role, string>>;

export const productEntries: Entries = {
  auth: 'dist/auth/main.js',
  gateway: 'dist/gateway/main.js',
  converter: 'dist/pipeline/converter-main.js',
  notification: 'dist/pipeline/notification-main.js',
  relay: 'dist/pipeline/relay-main.js',
};

export interface ProcessSurroundings {
  readonly config: StackConfig;
  readonly network: Network;
  readonly disks: WorkDisks;
  readonly journal: Journal;
  readonly entries: Entries;
}

/** One process of the product, behind its proxies. */
export function createChaosProcess(slot: Slot, surroundings: ProcessSurroundings): Supervised {
  const { config, disks, journal, entries } = surroundings;
  const command: ChildCommand = {
    file: nodeProgram(config),
    args: ['--enable-source-maps', resolve(config.repositoryDirectory, entries[slot.role])],
    environment: environmentOf(slot, surroundings),
    directory: config.repositoryDirectory,
  };
  const placed = slot.role === 'converter' ? disks.inside(command) : command;
  return new Supervised(slotName(slot), () => placed, journal);
}

function environmentOf(
  slot: Slot,
  { config, network, disks }: ProcessSurroundings,
): Readonly<Record<string, string>> {
  // The relay has nothing that a converter has not.
  const name = slot.role === 'relay' ? 'converter' : slot.role;
  const given = processEnvironment(config, name);
  const through = (variable: string, dependency: Parameters<Network['through']>[1]) =>
    network.through(slot, dependency, given[variable] ?? '');
  const queuesAndRecords = () => ({
    RABBITMQ_URL: `${through('RABBITMQ_URL', 'rabbitmq')}?heartbeat=${heartbeatS}`,
    MONGO_URL: `${through('MONGO_URL', 'mongodb')}&${mongoOptions}`,
  });
  // A worker says in its log which port it got.
  const anyPort = { ADMIN_PORT: '0' };
  const fixed = { ...given, ...shortTimes[slot.role] };
  switch (slot.role) {
    case 'auth': {
      const address = network.through(slot, 'mysql', `127.0.0.1:${config.ports.mariadb}`);
      return { ...fixed, MYSQL_PORT: address.slice(address.indexOf(':') + 1) };
    }
    case 'gateway':
      return {
        ...fixed,
        ...queuesAndRecords(),
        AUTH_SVC_ADDRESS: through('AUTH_SVC_ADDRESS', 'auth'),
      };
    case 'converter':
      return {
        ...fixed,
        ...queuesAndRecords(),
        ...anyPort,
        WORK_DIR: disks.directory(slot.number),
      };
    case 'notification':
      return { ...fixed, ...queuesAndRecords(), ...anyPort, SMTP_URL: through('SMTP_URL', 'smtp') };
    case 'relay':
      return { ...fixed, ...queuesAndRecords(), ...anyPort };
    default:
      return slot.role satisfies never;
  }
}
