import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { passwordProblem } from '../passwords';
import { UsersProblem } from './problem';

/** Far more than a password, far less than memory. */
const mostInputBytes = 4_096;

export interface PasswordInput {
  readonly stdin: NodeJS.ReadStream;
  /** Prompts go here, so that standard output holds results only. */
  readonly stderr: NodeJS.WriteStream;
}

/**
 * A new password: asked for twice without echo at a terminal, else all of standard input without
 * its last line break. Never an argument, which every user of the machine can read.
 *
 * @throws UsersProblem when it cannot be used.
 */
export async function readNewPassword(input: PasswordInput, email: string): Promise<string> {
  const password = input.stdin.isTTY
    ? await askTwice(input, input.stdin, email)
    : await readAll(input.stdin);
  const problem = passwordProblem(password);
  if (problem !== undefined) throw new UsersProblem(problem);
  return password;
}

async function askTwice(
  input: PasswordInput,
  terminal: ReadStream,
  email: string,
): Promise<string> {
  const password = await askHidden(input, terminal, `Password for ${email}: `);
  const again = await askHidden(input, terminal, 'Once more: ');
  if (password !== again) throw new UsersProblem('the two passwords differ; nothing was changed');
  return password;
}

function askHidden(
  { stderr }: PasswordInput,
  terminal: ReadStream,
  question: string,
): Promise<string> {
  // readline turns the terminal's own echo off and would write the characters itself.
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: terminal, output: nowhere, terminal: true });
  stderr.write(question);
  return new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => {
      reject(new UsersProblem('cancelled; nothing was changed'));
    });
  }).finally(() => {
    lines.close();
    stderr.write('\n');
  });
}

async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostInputBytes) throw new UsersProblem('standard input is no password: too long');
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return text.replace(/\r?\n$/, '');
  } catch {
    throw new UsersProblem('expected the password as UTF-8 on standard input, got other bytes');
  }
}
