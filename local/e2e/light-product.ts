import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { MongoClient, type Db } from 'mongodb';
import { jobCollection } from '../../contracts/job-collection';
import { buildTopology, type Topology } from '../../contracts/topology';
import { openStores } from '../../dead-letters/stores';
import { startPrivateStack, type PrivateStack } from '../private-stack';
import { gatewayUrl, type ProcessName } from '../processes/process-environment';
import { queueNames } from '../queue-names';
import { nodeProgram } from '../servers/node-program';
import { amqpUrl } from '../servers/rabbitmq-urls';
import { createTestInbox, type TestInbox } from '../test-inbox';
import { eventually } from '../test-broker';
import { createMysqlDatabase, createVhost, testMongoUrl, uniqueName } from '../test-stack';
import { runCommand, type CommandEnd, type CommandRun } from './command-run';
import { Listener } from './listener';
import { startChild, type ProductChild } from './product-child';

type Environment = Readonly<Record<string, string>>;

export interface LightProductOptions {
  /** Settings for every process, over those that say where the servers are. */
  readonly environment: Environment;
  readonly retryDelaysMs: readonly number[];
  /** Whether the suite stops RabbitMQ and so needs one of its own. */
  readonly ownBroker?: boolean;
}

/**
 * The product on the servers that all suites share, with databases and a virtual host of its own:
 * there sooner than on servers of its own. Starts no process: tests say which run, and see how
 * each ends.
 */
export class LightProduct {
  readonly inbox: TestInbox;
  readonly #children = new Map<ProcessName, ProductChild>();
  readonly #closing: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly stack: PrivateStack,
    readonly topology: Topology,
    readonly brokerUrl: string,
    readonly mongo: MongoClient,
    readonly databases: Readonly<Record<'videos' | 'mp3s' | 'jobs', Db>>,
    private readonly environment: Environment,
  ) {
    this.inbox = createTestInbox(stack.config);
  }

  static async open(options: LightProductOptions): Promise<LightProduct> {
    const { retryDelaysMs, ownBroker = false } = options;
    const closing: (() => Promise<unknown>)[] = [];
    const [stack, vhost, mysql, mongoUrl] = await Promise.all([
      startPrivateStack('inbox', ...(ownBroker ? (['rabbitmq'] as const) : [])),
      ownBroker ? undefined : createVhost('product'),
      createMysqlDatabase('product'),
      testMongoUrl(),
    ]);
    const mongo = await MongoClient.connect(mongoUrl);
    const names = {
      videos: uniqueName('videos'),
      mp3s: uniqueName('mp3s'),
      jobs: uniqueName('jobs'),
    };
    const databases = {
      videos: mongo.db(names.videos),
      mp3s: mongo.db(names.mp3s),
      jobs: mongo.db(names.jobs),
    };
    closing.push(
      async () => {
        for (const database of Object.values(databases)) await database.dropDatabase();
        await mongo.close();
      },
      () => mysql.drop(),
      () => vhost?.drop() ?? Promise.resolve(),
      () => stack.close(),
    );
    const brokerUrl = vhost?.url ?? amqpUrl(stack.config);
    const { access } = mysql;
    const product = new LightProduct(
      stack,
      buildTopology(queueNames, retryDelaysMs),
      brokerUrl,
      mongo,
      databases,
      {
        RABBITMQ_URL: brokerUrl,
        RETRY_DELAYS_MS: retryDelaysMs.join(','),
        MONGO_URL: mongoUrl,
        JOBS_DATABASE: names.jobs,
        VIDEOS_DATABASE: names.videos,
        MP3S_DATABASE: names.mp3s,
        MYSQL_HOST: access.host,
        MYSQL_PORT: String(access.port),
        MYSQL_USER: access.user,
        MYSQL_PASSWORD: access.password,
        MYSQL_DB: access.database,
        ...options.environment,
      },
    );
    product.#closing.push(...closing);
    await product.#run('dist/auth/migrate-main.js');
    return product;
  }

  get url(): string {
    return gatewayUrl(this.stack.config);
  }

  get jobs() {
    return jobCollection(this.databases.jobs);
  }

  /** Dead letters on file, and what belongs to them. */
  get stores() {
    return openStores(this.databases.jobs);
  }

  /** Starts processes and waits until they are ready. */
  async start(...names: ProcessName[]): Promise<void> {
    await Promise.all(names.map((name) => this.startWith(name, {})));
  }

  /** Starts a process with other settings than the rest. */
  async startWith(name: ProcessName, settings: Environment): Promise<void> {
    const all = { ...this.environment, ...settings };
    this.#children.set(name, await startChild(this.stack.config, name, all));
  }

  /** SIGTERM. @returns its exit code, or the signal that ended it. */
  async stop(name: ProcessName): Promise<number | NodeJS.Signals> {
    const end = await this.#child(name).stop();
    this.#children.delete(name);
    return end;
  }

  async kill(name: ProcessName): Promise<void> {
    await this.#child(name).kill();
    this.#children.delete(name);
  }

  /** A new user, logged in; auth and the gateway run. `rights` are options of the users command. */
  async newListener(...rights: readonly '--operator'[]): Promise<Listener> {
    const email = `${uniqueName('listener')}@example.com`;
    await this.#run('dist/auth/users-main.js', ['add', email, ...rights], 'a password\n');
    return Listener.logIn(this.url, email, 'a password');
  }

  /** The dead-letters command, as an operator types it. */
  beginDeadLetters(...words: readonly string[]): CommandRun {
    return runCommand(this.stack.config, 'dist/dead-letters/main.js', words, this.environment);
  }

  /** Runs the dead-letters command. @throws Error with what it said unless it ends with 0 */
  async deadLetters(...words: readonly string[]): Promise<CommandEnd> {
    const end = await this.beginDeadLetters(...words).ended;
    if (end.exitCode === 0) return end;
    throw new Error(`dead-letters ${words.join(' ')}: ${end.exitCode}\n${end.stderr}${end.stdout}`);
  }

  /** Ready messages of each queue that has any. */
  async queued(): Promise<Record<string, number>> {
    const connection = await connect(this.brokerUrl);
    try {
      const channel = await connection.createChannel();
      const counts: Record<string, number> = {};
      for (const { name } of this.topology.queues) {
        const { messageCount } = await channel.checkQueue(name);
        if (messageCount > 0) counts[name] = messageCount;
      }
      return counts;
    } finally {
      await connection.close();
    }
  }

  /** Resolves once every job has ended. @throws naming those that have not. */
  async jobsEnded(timeoutMs = 60_000): Promise<void> {
    const open = () =>
      this.jobs
        .find({ finishedAt: null })
        .project({ state: 1, step: 1, claim: 1, attempts: 1, publishedAt: 1, failures: 1, mp3: 1 })
        .toArray();
    await eventually(
      'end of every job',
      async () => (await open()).length === 0 || undefined,
      timeoutMs,
    ).catch(async (error: unknown) => {
      const left = JSON.stringify(await open(), null, 1);
      const queues = JSON.stringify(await this.queued());
      throw new Error(`open jobs: ${left}\nqueues: ${queues}`, { cause: error });
    });
  }

  async close(): Promise<void> {
    for (const name of [...this.#children.keys()]) await this.kill(name);
    for (const close of this.#closing) await close();
  }

  #child(name: ProcessName): ProductChild {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`${name} does not run`);
    return child;
  }

  async #run(entry: string, args: readonly string[] = [], input = ''): Promise<void> {
    const { config } = this.stack;
    const running = promisify(execFile)(
      nodeProgram(config),
      [join(config.repositoryDirectory, entry), ...args],
      { env: { ...this.environment }, cwd: config.repositoryDirectory },
    );
    running.child.stdin?.end(input);
    await running;
  }
}
