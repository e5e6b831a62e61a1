import { PassThrough, Writable } from 'node:stream';
import { testMongoUrl } from '../../local/test-stack';
import type { TestStores } from '../test-letters';
import { deadLettersCommand } from './dead-letters-command';
import type { ExitCode } from './problem';

export interface Ran {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Person {
  /** What is typed, or stands on standard input. */
  readonly input?: string;
  /** Width of the screen; without it there is none, and nobody to be asked. */
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with all that stands on standard error so far, whenever there is more of it. */
  readonly onStderr?: (text: string, interrupt: () => void) => void;
}

/** Runs the command in this process, on the stores' database. */
export async function runCommand(
  stores: Pick<TestStores, 'database'>,
  words: readonly string[],
  { input = '', columns, environment = {}, onStderr }: Person = {},
): Promise<Ran> {
  const screen = columns === undefined ? {} : { isTTY: true, columns };
  const listeners = new Set<() => void>();
  const stdin = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true });
  stdin.end(input);
  const stdout = collector();
  const stderr = collector((text) => {
    onStderr?.(text, () => {
      for (const listener of listeners) listener();
    });
  });
  const exitCode = await deadLettersCommand(words, {
    stdin,
    stdout: Object.assign(stdout.stream, screen),
    stderr: Object.assign(stderr.stream, screen),
    environment: {
      MONGO_URL: await testMongoUrl(),
      JOBS_DATABASE: stores.database.databaseName,
      ...environment,
    },
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(onText: (text: string) => void = () => undefined) {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: Buffer | string, _encoding, done) => {
      text += chunk.toString();
      onText(text);
      done();
    },
  });
  return { stream, text: () => text };
}
