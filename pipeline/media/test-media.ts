import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** For tests: makes media files with a plain ffmpeg, in a directory of their own. */
export class TestMedia {
  readonly directory = mkdtempSync(join(tmpdir(), 'test-media-'));
  readonly #made = new Map<string, Promise<string>>();

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Runs ffmpeg with these arguments and the file's path behind them; once per name. */
  make(name: string, ...args: readonly string[]): Promise<string> {
    const made = this.#made.get(name) ?? this.#make(name, args);
    this.#made.set(name, made);
    return made;
  }

  async #make(name: string, args: readonly string[]): Promise<string> {
    await run('ffmpeg', [
      '-hide_banner',
      '-nostdin',
      '-v',
      'error',
      '-y',
      ...args,
      this.path(name),
    ]);
    return this.path(name);
  }

  /** Removes the files, and whatever a failed test left running on them. */
  async remove(): Promise<void> {
    for (const pid of await processesNaming(this.directory)) process.kill(pid, 'SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Input arguments: a tone of 440 Hz with a small picture of the same length. */
export function toneWithPicture(seconds: number, sampleRate = 48_000): string[] {
  return [...tone(seconds, sampleRate), ...picture(seconds)];
}

/** Input arguments: a tone of 440 Hz. */
export function tone(seconds: number, sampleRate = 48_000): string[] {
  return ['-f', 'lavfi', '-i', `sine=440:d=${seconds}:r=${sampleRate}`];
}

/** Input arguments: a small picture. */
export function picture(seconds: number): string[] {
  return ['-f', 'lavfi', '-i', `testsrc=s=64x64:r=5:d=${seconds}`];
}

/** Decodes a file's first audio track with a plain ffmpeg: one channel, 16 bits, its own rate. */
export async function decodeSamples(path: string): Promise<Int16Array> {
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', '-i', path, '-map', '0:a:0', '-ac', '1', '-f', 's16le', 'pipe:1'],
    { encoding: 'buffer', maxBuffer: 1024 * 1024 * 1024 },
  );
  const samples = new Int16Array(Math.floor(stdout.length / 2));
  for (let index = 0; index < samples.length; index += 1) {
    samples[index] = stdout.readInt16LE(index * 2);
  }
  return samples;
}

/** Ids of running processes one of whose arguments contains `text`. */
export async function processesNaming(text: string): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      // Processes come and go while we look.
      const commandLine = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
      return commandLine.includes(text) ? [Number(id)] : [];
    }),
  );
  return found.flat().filter((id) => id !== process.pid);
}

/** Waits until `condition` holds, looking again and again. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
