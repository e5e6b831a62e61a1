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
  /** What stands on standard input; on a screen, one line for each question. */
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
  const lines = input.split(/(?<=\n)/).filter((line) => line !== '');
  const typeNext = () => {
    const line = lines.shift();
    if (line === undefined) stdin.end();
    else stdin.write(line);
  };
  if (columns === undefined) stdin.end(input);
  const stdout = collector();
  const stderr = collector((text) => {
    if (columns !== undefined && /\[(y\/N|Y\/n)\] $/.test(text)) typeNext();
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
