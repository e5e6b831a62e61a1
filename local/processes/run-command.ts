import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { nodeProgram } from '../servers/node-program';
import type { StackConfig } from '../stack-config';
import { databaseEnvironment } from './process-environment';

export interface CommandResult {
  readonly exitCode: number | null;
  /** Standard output and standard error, in the order they came. */
  readonly output: string;
}

/**
 * Runs one of the product's commands against the stack's database and waits for it.
 *
 * @param entry below the checkout, for example `dist/auth/migrate-main.js`
 * @param input for its standard input
 */
export async function runCommand(
  config: StackConfig,
  entry: string,
  args: readonly string[] = [],
  input = '',
): Promise<CommandResult> {
  const child = spawn(nodeProgram(config), [join(config.repositoryDirectory, entry), ...args], {
    cwd: config.repositoryDirectory,
    env: databaseEnvironment(config),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined); // It need not read what it does not want.
  child.stdin.end(input);
  const [out, problems, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  return { exitCode, output: `${out}${problems}`.trim() };
}
