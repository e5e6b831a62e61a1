import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { MongoClient } from 'mongodb';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startPrivateStack, type PrivateStack } from '../private-stack';
import { gatewayUrl } from '../processes/process-environment';
import { runCommand } from '../processes/run-command';
import { mongoUrl } from '../servers/mongodb';
import { serverNames } from '../servers/servers';
import { StackError } from '../stack-error';
import { createChaosInbox, type ChaosInbox } from './inbox';
import type { Activity } from './activity';
import { createChaosProcess, type Entries } from './chaos-process';
import type { Slots } from './deck';
import { openWorkDisks, type WorkDisks } from './disk';
import { roles, slotName, type Slot } from './events';
import type { Journal } from './journal';
import { Network } from './network';
import { graceMs } from './settings';
import type { Supervised } from './supervised';

/** The whole product on servers of its own, every part of which can be hurt. */
export interface ChaosStack {
  readonly servers: PrivateStack;
  readonly network: Network;
  readonly disks: WorkDisks;
  readonly inbox: ChaosInbox;
  /** Straight to the server, not through a proxy. */
  readonly mongo: MongoClient;
  readonly gateway: string;
  readonly processes: ReadonlyMap<string, Supervised>;
  readonly slots: readonly Slot[];
  users(args: readonly string[], input: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws StackError when it cannot be started; nothing is left running then. */
export async function startChaosStack(
  wanted: Slots,
  entries: Entries,
  journal: Journal,
  activity: Activity,
): Promise<ChaosStack> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async () => {
    const problems: unknown[] = [];
    for (const step of undo.splice(0).reverse()) {
      await step().catch((problem: unknown) => problems.push(problem));
    }
    if (problems.length > 0) throw problems[0];
  };
  try {
    const servers = await startPrivateStack(...serverNames);
    undo.push(() => servers.close());
    const { config } = servers;
    const slots = roles
      .filter((role) => existsSync(resolve(config.repositoryDirectory, entries[role])))
      .flatMap((role) =>
        Array.from({ length: wanted[role] }, (_, index) => ({ role, number: index + 1 })),
      );
    const work = mkdtempSync(join(tmpdir(), 'video-to-mp3-chaos-'));
    undo.push(() => rm(work, { recursive: true, force: true }));
    const disks = await openWorkDisks(work, wanted.converter);
    undo.push(() => disks.close());
    const { ports } = config;
    const network = await Network.open(
      slots,
      {
        rabbitmq: ports.amqp,
        mongodb: ports.mongodb,
        mysql: ports.mariadb,
        smtp: ports.smtp,
        auth: ports.auth,
      },
      activity,
    );
    undo.push(() => network.close());
    const mongo = new MongoClient(mongoUrl(config), { serverSelectionTimeoutMS: 1_000 });
    await mongo.connect();
    undo.push(() => mongo.close());

    const command = async (entry: string, args: readonly string[] = [], input = '') => {
      const { exitCode, output } = await runCommand(config, entry, args, input);
      if (exitCode !== 0) throw new StackError(`${entry} ${args.join(' ')}: ${output}`);
    };
    await command('dist/auth/migrate-main.js');
    const processes = new Map<string, Supervised>();
    undo.push(() => Promise.all([...processes.values()].map((one) => one.stop(graceMs))));
    for (const slot of slots) {
      const process = createChaosProcess(slot, { config, network, disks, journal, entries });
      processes.set(slotName(slot), process);
      await process.start();
    }
    return {
      servers,
      network,
      disks,
      inbox: createChaosInbox(config),
      mongo,
      gateway: gatewayUrl(config),
      processes,
      slots,
      users: (args, input) => command('dist/auth/users-main.js', args, input),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Every process of ours says that it can work. @throws after `timeoutMs`, naming who cannot. */
export async function whenReady(stack: ChaosStack, timeoutMs: number): Promise<void> {
  const { ports } = stack.servers.config;
  const deadline = performance.now() + timeoutMs;
  for (const process of stack.processes.values()) {
    for (;;) {
      const fixed = { 'gateway 1': ports.gatewayAdmin, 'auth 1': ports.authAdmin }[process.name];
      const problem = await readiness(fixed ?? process.adminPort);
      if (problem === undefined) break;
      if (performance.now() > deadline) {
        throw new StackError(`${process.name} is not ready after ${timeoutMs} ms: ${problem}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function readiness(port: number | null): Promise<string | undefined> {
  if (port === null) return 'it has not said where it answers';
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(5_000),
    });
    return response.ok ? undefined : await response.text();
  } catch (error) {
    return String(error);
  }
}
