import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface EntryRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The dispatcher as a container starts it, from the last build and with nothing but `environment`. */
export async function runEntry(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<EntryRun> {
  const dispatcher = join(__dirname, '../dist/image/start.js');
  const child = spawn(process.execPath, [dispatcher, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}
