import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StackError } from '../../stack-error';

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
  /** Written to its standard input; without it, the input is empty. */
  readonly input?: Readable | string;
  /** By default every exit code but 0 is an error. */
  readonly anyCode?: boolean;
  readonly signal?: AbortSignal;
}

export interface ProgramRun {
  /** 128 + 9 and the like are the program's own; undefined codes (a signal) become 255. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @throws StackError with the end of what it printed, when it ended with another code than 0
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramRun> {
  const { environment, directory, input, signal } = options;
  const child = spawn(file, args, {
    ...(environment === undefined ? {} : { env: environment }),
    ...(directory === undefined ? {} : { cwd: directory }),
    ...(signal === undefined ? {} : { signal }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that ends before it has read everything says so by its code.
  child.stdin.on('error', () => undefined);
  if (input === undefined || typeof input === 'string') child.stdin.end(input);
  else input.pipe(child.stdin);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    if (typeof input === 'object') {
      input.once('error', (error) => {
        child.kill();
        reject(error);
      });
    }
    child.once('close', (exitCode) => {
      resolve(exitCode ?? 255);
    });
  });
  if (code !== 0 && options.anyCode !== true) {
    const printed = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
    throw new StackError(`${[file, ...args].join(' ')} ended with code ${code}: ${printed}`);
  }
  return { code, stdout, stderr };
}
