import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadinessReport } from '../../observability/readiness';
import { TcpProxy } from '../chaos/tcp-proxy';
import { logTail } from '../daemon/log-tail';
import { nodeProgram } from '../servers/node-program';
import { eventually } from '../test-broker';
import { testStackConfig } from '../test-stack';
import type { GoOn, Reached, Stop, Thrown } from './boundary';

export interface ProcessOptions {
  /** For its log's name. */
  readonly name: string;
  /** Below the checkout. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Ports in the environment's addresses that it reaches through a proxy each. */
  readonly proxied?: readonly number[];
  /** What its build is told to do, in JSON as its first argument. */
  readonly orders?: unknown;
}

/** How long a cut network stays cut: whoever goes on meets it, and what is retried finds it again. */
const cutMs = 400;

/** One process of the product, or a test build of it, whose connections can be cut. */
export class ProcessUnderTest {
  /** Resolves with the signal or exit code that ended it. */
  readonly exit: Promise<string>;
  readonly #reached = new Set<string>();
  #ended: string | undefined;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
    private readonly logFile: string,
    private readonly proxies: readonly TcpProxy[],
  ) {
    child.on('message', ({ boundary, who }: Reached) => {
      this.#reached.add(`${boundary}: ${who}`);
    });
    this.exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#ended = signal ?? `exit code ${code}`;
        resolve(this.#ended);
      });
    });
  }

  /** Starts it; `ready` waits until it works. */
  static async start(options: ProcessOptions): Promise<ProcessUnderTest> {
    const { name, entry, orders = [], proxied = [] } = options;
    const config = testStackConfig();
    const proxies: TcpProxy[] = [];
    const environment: Record<string, string> = { ...options.environment };
    for (const port of proxied) {
      const proxy = await TcpProxy.start(port);
      proxies.push(proxy);
      for (const [variable, value] of Object.entries(environment)) {
        environment[variable] = value.replace(`127.0.0.1:${port}`, `127.0.0.1:${proxy.port}`);
      }
    }
    const logFile = join(config.stateDirectory, 'logs', `${name}.log`);
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'w', 0o600);
    const program = join(config.repositoryDirectory, entry);
    // It dies with the test, however that ends.
    const child = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', nodeProgram(config), program, JSON.stringify(orders)],
      {
        cwd: config.repositoryDirectory,
        env: environment,
        stdio: ['ignore', log, log, 'ipc'],
      },
    );
    closeSync(log);
    await once(child, 'spawn');
    return new ProcessUnderTest(name, child, logFile, proxies);
  }

  /** Resolves with the fields of its log line that say its ports, once it is ready. */
  async ready(): Promise<Readonly<Record<string, unknown>>> {
    return eventually(
      `readiness of ${this.name}`,
      async () => {
        this.#mustLive();
        const started = this.log().find(({ adminPort }) => typeof adminPort === 'number');
        if (started === undefined) return undefined;
        const url = `http://127.0.0.1:${Number(started['adminPort'])}/readyz`;
        const answer = await fetch(url).catch(() => undefined);
        const report = (await answer?.json()) as ReadinessReport | undefined;
        // The gateway is ready without the broker; whoever stands at a boundary is not.
        const works = Object.values(report?.conditions ?? {}).every(({ ok }) => ok);
        return report?.ready === true && works ? started : undefined;
      },
      60_000,
    );
  }

  /** Resolves once it stands at each of these boundaries. */
  async reached(stops: readonly Stop[]): Promise<void> {
    const missing = () =>
      stops
        .map(({ boundary, who }) => `${boundary}: ${who}`)
        .filter((stop) => !this.#reached.has(stop));
    await eventually(
      'process at every boundary',
      () => {
        this.#mustLive();
        return missing().length === 0 || undefined;
      },
      30_000,
    ).catch((error: unknown) => {
      const text = `${this.name} did not come by at ${missing().join(', ')}`;
      throw new Error(`${text}\n${logTail(this.logFile)}`, { cause: error });
    });
  }

  hasReached({ boundary, who }: Stop): boolean {
    return this.#reached.has(`${boundary}: ${who}`);
  }

  goOn(stop: Stop, throws: Thrown | null): void {
    const { boundary, who } = stop;
    this.child.send({ kind: 'go on', boundary, who, throws } satisfies GoOn);
  }

  /** Resets every connection, lets `meanwhile` happen, and heals the network a moment later. */
  async cut(meanwhile: () => void): Promise<void> {
    for (const proxy of this.proxies) await proxy.setMode({ kind: 'reset' });
    meanwhile();
    await delay(cutMs);
    for (const proxy of this.proxies) await proxy.setMode({ kind: 'pass' });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM. @throws unless it ends with 0 */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    if (this.#ended !== 'exit code 0') {
      throw new Error(`${this.name} ended with ${this.#ended}:\n${logTail(this.logFile)}`);
    }
  }

  /** Its log lines so far. */
  log(): Record<string, unknown>[] {
    const text = readFileSync(this.logFile, 'utf8');
    return text.split('\n').flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return []; // Not written to its end, or Node's own.
      }
    });
  }

  get ended(): string | undefined {
    return this.#ended;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#ended === undefined) {
      this.child.kill(signal);
      await this.exit;
    }
    for (const proxy of this.proxies) await proxy.close();
  }

  #mustLive(): void {
    if (this.#ended === undefined) return;
    throw new Error(`${this.name} ended with ${this.#ended}:\n${logTail(this.logFile)}`);
  }
}
