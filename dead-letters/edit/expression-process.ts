import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { MessageFields } from './editable-message';
import type { Answer } from './expression-main';

export type Evaluated = Exclude<Answer, { readonly kind: 'ready' }>;

/** Wall clock; a busy machine may take seconds to start a process. */
const limits = { startMs: 30_000, messageMs: 1_000, memoryMb: 256 };

/**
 * Evaluates one expression for one message after the other, in a process of its own. JSONata looks at
 * its time limit only between two steps and lets nothing else run meanwhile; a regular expression may
 * run for hours within a step. A thread could be ended then, but one that runs out of memory by a
 * single large string takes its whole process along (V8's CALL_AND_RETRY_LAST), whatever its limits.
 */
export class ExpressionProcess {
  #child: ChildProcess | undefined;

  constructor(private readonly expression: string) {}

  /**
   * Reads the expression.
   *
   * @returns undefined when it can be evaluated.
   * @throws Error when the process cannot be started.
   */
  async start(): Promise<Evaluated | undefined> {
    if (this.#child !== undefined) return undefined;
    const child = fork(require.resolve('./expression-main'), [this.expression], {
      env: {},
      execArgv: [
        `--max-old-space-size=${limits.memoryMb}`,
        // Run from source, as tests do, the file's kind is guessed, and rightly.
        '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Ctrl-C is meant for us, and we may go on for a while.
      detached: true,
    });
    this.#child = child;
    // Heard below while an answer is waited for; at any other time it must not end this process.
    child.on('error', () => undefined);
    const answer = await this.#answerOf(child, limits.startMs);
    if (answer === 'late') throw new Error('no process for an expression within 30 s');
    return answer.kind === 'ready' ? undefined : answer;
  }

  /** @throws RangeError when the message nests too deep to be written as JSON; Error as above. */
  async evaluate(message: MessageFields | null): Promise<Evaluated> {
    const json = JSON.stringify(message);
    const problem = await this.start();
    if (problem !== undefined) return problem;
    const child = this.#child;
    if (child === undefined) throw new Error('the process of the expression was closed');
    // One that is gone by now is noticed by its end.
    child.send(json, () => undefined);
    const answer = await this.#answerOf(child, limits.messageMs);
    if (answer === 'late') {
      const seconds = limits.messageMs / 1_000;
      const problem = `the expression took more than ${seconds} s for one message and was ended`;
      return { kind: 'failed', problem };
    }
    if (answer.kind === 'ready') throw new Error('the process of the expression began twice');
    return answer;
  }

  /** Resolves once the process is gone; the next message starts another. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async #answerOf(child: ChildProcess, limitMs: number): Promise<Answer | 'late'> {
    const heard = new AbortController();
    const { signal } = heard;
    try {
      const answer = await Promise.race([
        once(child, 'message', { signal }).then(([said]) => said as Answer),
        once(child, 'exit', { signal }).then(() => endOf(child)),
        setTimeout(limitMs, undefined, { signal })
          // What was said while this process itself was busy is heard first.
          .then(() => setImmediate('late' as const, { signal })),
      ]);
      if (answer === 'late' || child.exitCode !== null || child.signalCode !== null) {
        await this.close();
      }
      return answer;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      heard.abort();
    }
  }
}

/** @throws Error when somebody else ended it: the expression may be all right. */
function endOf({ exitCode, signalCode }: ChildProcess): Answer {
  const how = signalCode ?? `code ${exitCode}`;
  if (signalCode === 'SIGTERM' || signalCode === 'SIGINT' || signalCode === 'SIGHUP') {
    throw new Error(`the process of an expression was ended by ${how}`);
  }
  const problem = `the expression ended its process (${how}): most likely it took more than ${limits.memoryMb} MB of memory`;
  return { kind: 'failed', problem };
}
