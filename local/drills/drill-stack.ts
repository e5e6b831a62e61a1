import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { connect } from 'amqplib';
import { jobCollection } from '../../contracts/job-collection';
import { buildTopology, type Topology } from '../../contracts/topology';
import { openStores } from '../../dead-letters/stores';
import { Listener } from '../e2e/listener';
import { startChild, type ProductChild } from '../e2e/product-child';
import { startPrivateStack, type PrivateStack } from '../private-stack';
import { gatewayUrl, type ProcessName } from '../processes/process-environment';
import { runCommand } from '../processes/run-command';
import { queueNames } from '../queue-names';
import { mongoUrl } from '../servers/mongodb';
import { amqpUrl } from '../servers/rabbitmq-urls';
import { serverNames } from '../servers/servers';
import { eventually } from '../test-broker';
import { createTestInbox, type TestInbox } from '../test-inbox';

type Environment = Readonly<Record<string, string>>;
type Store = 'mariadb' | 'mongodb' | 'rabbitmq';

/**
 * The product on servers of its own, with the databases' usual names, whose data a drill may
 * destroy. Starts no process of ours: the drill says which run.
 */
export class DrillStack {
  readonly inbox: TestInbox;
  readonly topology: Topology;
  readonly #children = new Map<ProcessName, ProductChild>();
  #mongo: MongoClient;

  private constructor(
    readonly stack: PrivateStack,
    retryDelaysMs: readonly number[],
    private readonly settings: Environment,
  ) {
    this.inbox = createTestInbox(stack.config);
    this.topology = buildTopology(queueNames, retryDelaysMs);
    this.#mongo = new MongoClient(mongoUrl(stack.config));
  }

  /** @param settings For every process, over those of the local stack. */
  static async open(retryDelaysMs: readonly number[], settings: Environment): Promise<DrillStack> {
    const stack = await startPrivateStack(...serverNames);
    const delays = { RETRY_DELAYS_MS: retryDelaysMs.join(',') };
    return new DrillStack(stack, retryDelaysMs, { ...delays, ...settings });
  }

  get url(): string {
    return gatewayUrl(this.stack.config);
  }

  get mongo(): MongoClient {
    return this.#mongo;
  }

  get jobs() {
    return jobCollection(this.#mongo.db('jobs'));
  }

  get stores() {
    return openStores(this.#mongo.db('jobs'));
  }

  async migrate(): Promise<void> {
    await this.#command('dist/auth/migrate-main.js', [], '');
  }

  async addUser(email: string, password: string): Promise<void> {
    await this.#command('dist/auth/users-main.js', ['add', email], `${password}\n`);
  }

  logIn(email: string, password: string): Promise<Listener> {
    return Listener.logIn(this.url, email, password);
  }

  /** Starts a process and waits until it is ready. */
  async start(name: ProcessName, settings: Environment = {}): Promise<void> {
    const all = { ...this.settings, ...settings };
    this.#children.set(name, await startChild(this.stack.config, name, all));
  }

  /** SIGTERM, and the end of it; one that does not run is none of our business. */
  async stop(...names: ProcessName[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        await this.#children.get(name)?.stop();
        this.#children.delete(name);
      }),
    );
  }

  async kill(...names: ProcessName[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        await this.#children.get(name)?.kill();
        this.#children.delete(name);
      }),
    );
  }

  /** As a lost disk: the server is killed, its data are gone, and it starts anew. */
  async destroy(...stores: Store[]): Promise<void> {
    await Promise.all(
      stores.map(async (store) => {
        await this.stack.crash(store);
        for (const directory of [store, ...(store === 'mongodb' ? ['mongod'] : [])]) {
          await rm(join(this.stack.config.stateDirectory, directory), {
            recursive: true,
            force: true,
          });
        }
        await this.stack.start(store);
      }),
    );
    if (!stores.includes('mongodb')) return;
    await this.#mongo.close();
    this.#mongo = new MongoClient(mongoUrl(this.stack.config));
  }

  /** Ready messages of each queue that has any. */
  async queued(): Promise<Record<string, number>> {
    const connection = await connect(amqpUrl(this.stack.config));
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

  /** Every job has ended, its mail is settled, and nothing is on its way. */
  async atRest(timeoutMs = 30_000): Promise<void> {
    const unsettled = { $or: [{ finishedAt: null }, { mail: 'pending' as const }] };
    await eventually(
      'rest',
      async () => {
        if ((await this.jobs.countDocuments(unsettled)) > 0) return undefined;
        return Object.keys(await this.queued()).length === 0 || undefined;
      },
      timeoutMs,
    ).catch(async (error: unknown) => {
      const fields = { state: 1, step: 1, mail: 1, claim: 1, publishedAt: 1, attempts: 1 };
      const open = await this.jobs.find(unsettled).project(fields).toArray();
      const told = JSON.stringify({ open, queued: await this.queued() }, null, 1);
      throw new Error(`not at rest: ${told}`, { cause: error });
    });
  }

  async close(): Promise<void> {
    await this.kill(...this.#children.keys());
    await this.#mongo.close();
    await this.stack.close();
  }

  async #command(entry: string, args: readonly string[], input: string): Promise<void> {
    const { exitCode, output } = await runCommand(this.stack.config, entry, args, input);
    if (exitCode !== 0) throw new Error(`${entry} ${args.join(' ')}: ${exitCode}\n${output}`);
  }
}
