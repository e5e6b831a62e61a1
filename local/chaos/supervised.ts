import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Journal } from './journal';

export interface ChildCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

const restartPauseMs = 200;

/**
 * A process of the product as a platform runs it: when it ends it is started again. It dies with
 * the harness, however that ends, and its log goes to the journal.
 */
export class Supervised {
  /** Of the process that runs now. */
  pid = 0;
  /** Where it answers `/readyz`; null until it has said so. */
  adminPort: number | null = null;
  /** Ends that nobody brought about. */
  readonly crashes: string[] = [];
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #wanted = true;
  /** What the harness did to the process that runs now, if it ends by that. */
  #cause: string | undefined;

  constructor(
    readonly name: string,
    private readonly command: () => ChildCommand,
    private readonly journal: Journal,
  ) {}

  async start(): Promise<void> {
    const { file, args, environment, directory } = this.command();
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', file, ...args], {
      cwd: directory,
      env: environment,
      // A group of its own: Ctrl-C is for the harness, which ends it in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    this.#child = child;
    this.#cause = undefined;
    // Stopped while it was being started.
    if (!this.#wanted) child.kill('SIGKILL');
    this.pid = child.pid ?? 0;
    this.adminPort = null;
    this.journal.add('harness', `${this.name} started, pid ${this.pid}`);
    for (const output of [child.stdout, child.stderr]) {
      createInterface(output).on('line', (line) => {
        const fields = this.journal.addLine(this.name, line);
        if (typeof fields['adminPort'] === 'number') this.adminPort = fields['adminPort'];
      });
    }
    this.#ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#afterEnd(code === null ? String(signal) : `exit code ${code}`);
        resolve();
      });
    });
  }

  /** @param cause Set when the signal ends the process. */
  signal(signal: NodeJS.Signals, cause?: string): void {
    this.#cause ??= cause;
    // `exitCode`: an ended process' pid may be somebody else's by now.
    if (this.#child?.exitCode === null && this.#child.signalCode === null) {
      this.journal.add('harness', `${this.name} (pid ${this.pid}) gets ${signal}`);
      process.kill(this.pid, signal);
    }
  }

  /** SIGTERM, and SIGKILL after the grace period. @returns how it ended */
  async terminate(graceMs: number): Promise<'ended' | 'killed'> {
    const child = this.#child;
    const ended = this.#ended;
    this.signal('SIGTERM', 'SIGTERM');
    const timer = new AbortController();
    const late = delay(graceMs, 'killed' as const, { signal: timer.signal });
    late.catch(() => undefined); // Aborted, which is what was wanted.
    const result = await Promise.race([ended.then(() => 'ended' as const), late]);
    timer.abort();
    if (result === 'killed' && child === this.#child) {
      this.crashes.push(`${this.name} did not end within ${graceMs} ms of SIGTERM`);
      this.signal('SIGKILL', 'SIGTERM');
    }
    await ended;
    return result;
  }

  /** For good. */
  async stop(graceMs: number): Promise<void> {
    this.#wanted = false;
    this.signal('SIGCONT');
    await this.terminate(graceMs);
  }

  #afterEnd(how: string): void {
    this.journal.add('harness', `${this.name} (pid ${this.pid}) ended: ${how}`);
    // Before it says that it is up, nobody is there yet to end it in order.
    const asWanted = ['exit code 0', 'SIGKILL', ...(this.adminPort === null ? ['SIGTERM'] : [])];
    const orderly = this.#cause === 'SIGTERM' ? asWanted.includes(how) : true;
    if (this.#cause === undefined || !orderly) {
      const after = this.#cause === undefined ? 'by itself' : `after ${this.#cause}`;
      this.crashes.push(`${this.name} ended ${after}: ${how}`);
    }
    if (!this.#wanted) return;
    setTimeout(() => {
      if (!this.#wanted) return;
      this.start().catch((error: unknown) => {
        this.crashes.push(`${this.name} could not be started again: ${String(error)}`);
      });
    }, restartPauseMs);
  }
}
