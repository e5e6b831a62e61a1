import { mkdirSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { defaultDatabases } from '../../../contracts/gridfs';
import { jobCollection } from '../../../contracts/job-collection';
import { openWorkDisks, type WorkDisks } from '../../chaos/disk';
import { createChaosInbox, type ChaosInbox } from '../../chaos/inbox';
import { startDaemon, stopDaemon } from '../../daemon/supervisor';
import { startPrivateStack, type PrivateStack } from '../../private-stack';
import { gatewayUrl } from '../../processes/process-environment';
import { runCommand } from '../../processes/run-command';
import { mongoUrl } from '../../servers/mongodb';
import type { StackConfig } from '../../stack-config';
import { StackError } from '../../stack-error';
import { PrometheusClient } from '../prometheus-client';
import { prometheusUrl } from '../../servers/prometheus';
import { createFastAlertmanager, createFastPrometheus } from './monitoring';
import { Operator } from './operator';
import { Processes, verifiedProcesses } from './processes';
import { makeSamples, type Samples } from './samples';
import { Traffic, type Account } from './traffic';

/** Everything that a situation may touch. */
export interface Scene {
  readonly config: StackConfig;
  readonly gateway: string;
  readonly servers: PrivateStack;
  readonly processes: Processes;
  readonly disks: WorkDisks;
  readonly prometheus: PrometheusClient;
  readonly mongo: MongoClient;
  readonly jobs: ReturnType<typeof jobCollection>;
  readonly inbox: ChaosInbox;
  readonly samples: Samples;
  /** Those who make the traffic. */
  readonly accounts: readonly Account[];
  /** Has no part in the traffic. */
  readonly loner: Account;
  readonly operator: Operator;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
}

export interface OpenScene {
  readonly scene: Scene;
  /** Copies the logs of everything that ran. */
  readonly keepLogs: (directory: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The last one keeps apart from the traffic. */
const users = ['ada', 'ben', 'cleo', 'dora'];

/**
 * Starts the product on servers of its own, with Prometheus and Alertmanager. Nothing of it is left
 * when it cannot be started.
 *
 * @param say told what is being started
 */
export async function openScene(
  signal: AbortSignal,
  say: (what: string) => void,
): Promise<OpenScene> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    const problems: unknown[] = [];
    for (const step of undo.splice(0).reverse()) {
      await step().catch((problem: unknown) => problems.push(problem));
    }
    if (problems.length > 0) throw problems[0];
  };
  try {
    say('servers');
    const servers = await startPrivateStack('rabbitmq', 'mariadb', 'mongodb', 'inbox');
    undo.push(() => servers.close());
    const { config } = servers;
    signal.throwIfAborted();
    const directory = await mkdtemp(join(tmpdir(), 'video-to-mp3-verify-'));
    undo.push(() => rm(directory, { recursive: true, force: true }));
    const disks = await openWorkDisks(directory, 2);
    undo.push(() => disks.close());
    if (disks.problem !== null) {
      throw new StackError(`a small work disk cannot be mounted: ${disks.problem}`);
    }
    say('videos to upload');
    const samples = await makeSamples(join(directory, 'samples'));
    const accounts = users.map((user) => ({
      user: `${user}@example.com`,
      password: `password of ${user}`,
    }));
    say('the product');
    const processes = new Processes(config, disks);
    undo.push(() => processes.stopAll());
    await command(config, 'dist/auth/migrate-main.js');
    await Promise.all(verifiedProcesses.map((name) => processes.start(name, signal)));
    for (const { user, password } of accounts) {
      await command(config, 'dist/auth/users-main.js', ['add', user], `${password}\n`);
    }
    const [first] = accounts;
    const loner = accounts.at(-1);
    if (first === undefined || loner === undefined) throw new Error('nobody to log in');
    await command(config, 'dist/auth/users-main.js', ['grant', first.user, 'operator']);
    say('Prometheus and Alertmanager');
    for (const daemon of [createFastAlertmanager(config), createFastPrometheus(config)]) {
      undo.push(() => stopDaemon(config, daemon, 5_000));
      await startDaemon(config, daemon, signal);
    }
    const mongo = new MongoClient(mongoUrl(config), { serverSelectionTimeoutMS: 5_000 });
    await mongo.connect();
    undo.push(() => mongo.close());
    const gateway = gatewayUrl(config);
    const downloads = join(directory, 'downloads');
    mkdirSync(downloads);
    const traffic = new Traffic(gateway, accounts.slice(0, -1), samples.good, downloads);
    undo.push(() => traffic.stop());
    return {
      scene: {
        config,
        gateway,
        servers,
        processes,
        disks,
        prometheus: new PrometheusClient(prometheusUrl(config)),
        mongo,
        jobs: jobCollection(mongo.db(defaultDatabases.jobs)),
        inbox: createChaosInbox(config),
        samples,
        accounts: accounts.slice(0, -1),
        loner,
        operator: await Operator.logIn(gateway, first),
        traffic,
        signal,
      },
      keepLogs: (kept) => cp(join(config.stateDirectory, 'logs'), kept, { recursive: true }),
      close,
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

async function command(
  config: StackConfig,
  entry: string,
  args: readonly string[] = [],
  input = '',
): Promise<void> {
  const { exitCode, output } = await runCommand(config, entry, args, input);
  if (exitCode !== 0) throw new StackError(`${entry} ${args.join(' ')}: ${output}`);
}
