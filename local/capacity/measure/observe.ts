import { MongoClient } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { findDaemon } from '../../daemon/supervisor';
import { mongoUrl } from '../../servers/mongodb';
import type { StackConfig } from '../../stack-config';
import { readBusySeconds, readCpuSecondsWithChildren } from './cpu-seconds';

const parts = [
  'gateway',
  'auth',
  'converter',
  'notification',
  'relay',
  'mongodb',
  'rabbitmq',
] as const;
type Part = (typeof parts)[number];

/** What something cost, less what the idle stack costs in the same time. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: Readonly<Record<Part, number>>;
  readonly mongoOperations: number;
  readonly published: number;
  readonly acknowledged: number;
  /** Cores that whoever else used the machine kept busy meanwhile, on average. */
  readonly othersCores: number;
}

interface Counters extends Omit<Cost, 'othersCores'> {
  /** Parts that do not run count nothing. */
  readonly running: readonly Part[];
  /** Of the whole machine, us included. */
  readonly busySeconds: number;
}

/** Asks the servers and the kernel what a stretch of work cost. */
export class Observer {
  #idle: Cost | undefined;
  #own = 0;

  private constructor(
    private readonly config: StackConfig,
    /** For whoever measures: its commands are known, and left out of what MongoDB counts. */
    readonly mongo: MongoClient,
  ) {
    mongo.on('commandStarted', ({ commandName, command }) => {
      // MongoDB counts the documents of an insert, and any other command once.
      const { documents } = command as { documents?: readonly unknown[] };
      this.#own += commandName === 'insert' ? (documents?.length ?? 1) : 1;
    });
  }

  static async open(config: StackConfig): Promise<Observer> {
    const client = new MongoClient(mongoUrl(config), { monitorCommands: true });
    return new Observer(config, await client.connect());
  }

  async close(): Promise<void> {
    await this.mongo.close();
  }

  /** The stack polls, renews and is probed all the time; every later cost is without that. */
  async learnIdle(idleMs: number): Promise<Cost> {
    this.#idle = undefined;
    this.#idle = await this.cost(() => delay(idleMs));
    return this.#idle;
  }

  async cost(run: () => Promise<unknown>): Promise<Cost> {
    const before = await this.#read();
    await run();
    const after = await this.#read();
    const seconds = after.seconds - before.seconds;
    const shareOfIdle = this.#idle === undefined ? 0 : seconds / this.#idle.seconds;
    const spent = (of: (cost: Omit<Cost, 'othersCores'>) => number) =>
      of(after) - of(before) - shareOfIdle * (this.#idle === undefined ? 0 : of(this.#idle));
    const cpuSeconds = Object.fromEntries(
      parts.map((part) => {
        const both = before.running.includes(part) && after.running.includes(part);
        return [
          part,
          both
            ? Math.max(
                0,
                spent((cost) => cost.cpuSeconds[part]),
              )
            : 0,
        ];
      }),
    ) as Record<Part, number>;
    const ours = parts.reduce(
      (sum, part) => sum + after.cpuSeconds[part] - before.cpuSeconds[part],
      0,
    );
    const busy = after.busySeconds - before.busySeconds;
    return {
      seconds,
      othersCores: Math.max(0, (busy - ours) / seconds),
      cpuSeconds,
      mongoOperations: spent((cost) => cost.mongoOperations),
      published: spent((cost) => cost.published),
      acknowledged: spent((cost) => cost.acknowledged),
    };
  }

  async #read(): Promise<Counters> {
    const { opcounters } = (await this.mongo.db('admin').command({ serverStatus: 1 })) as {
      opcounters: Record<string, number>;
    };
    const broker = await this.#brokerMetrics();
    const running = parts.filter((part) => findDaemon(this.config, part) !== undefined);
    const cpuSeconds = Object.fromEntries(
      parts.map((part) => {
        const daemon = findDaemon(this.config, part);
        return [part, daemon === undefined ? 0 : readCpuSecondsWithChildren(daemon.pid)];
      }),
    ) as Record<Part, number>;
    return {
      seconds: performance.now() / 1_000,
      cpuSeconds,
      running,
      busySeconds: readBusySeconds(),
      mongoOperations: Object.values(opcounters).reduce((sum, one) => sum + one, 0) - this.#own,
      published: broker('rabbitmq_global_messages_received_total'),
      acknowledged: broker('rabbitmq_global_messages_acknowledged_total'),
    };
  }

  async #brokerMetrics(): Promise<(name: string) => number> {
    return sumsOf(`http://127.0.0.1:${this.config.ports.rabbitmqMetrics}/metrics`);
  }
}

/** @returns the sum over a metric's series, those alone that have all of `labels` */
export async function sumsOf(
  url: string,
): Promise<(name: string, ...labels: readonly string[]) => number> {
  const text = await (await fetch(url)).text();
  const lines = text.split('\n');
  return (name, ...labels) =>
    lines
      .filter((line) => new RegExp(`^${name}[{ ]`).test(line))
      .filter((line) => labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
