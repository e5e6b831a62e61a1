import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { nodeProgram } from '../servers/node-program';
import type { StackConfig } from '../stack-config';

export interface CommandEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the product as a process that can be killed. */
export interface CommandRun {
  readonly ended: Promise<CommandEnd>;
  /** SIGKILL; nothing happens when it has ended. */
  kill(): void;
}

/** @param entry Below the checkout. */
export function runCommand(
  config: StackConfig,
  entry: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): CommandRun {
  const child = spawn(nodeProgram(config), [join(config.repositoryDirectory, entry), ...words], {
    cwd: config.repositoryDirectory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(
    ([exitCode, stdout, stderr]) => ({ exitCode, stdout, stderr }),
  );
  return {
    ended,
    kill() {
      child.kill('SIGKILL');
    },
  };
}
