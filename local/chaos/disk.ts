import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildCommand } from './supervised';

/** Room for the few small videos that one converter works on at a time. */
const diskSize = '24m';
const filler = '.filler';

/** A work directory for each converter; a small disk of its own where the machine permits it. */
export interface WorkDisks {
  /** Why no disk can be filled; null when they can. */
  readonly problem: string | null;
  directory(number: number): string;
  /** Starts a command where the disks are. */
  inside(command: ChildCommand): ChildCommand;
  fill(number: number): Promise<void>;
  free(number: number): Promise<void>;
  /** What lies in the work directory of a converter. */
  list(number: number): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Mounts the disks in a mount namespace of their own (unshare(1)), which a process of ours keeps
 * alive; nothing of it is seen elsewhere, and it goes with that process.
 */
export async function openWorkDisks(parent: string, count: number): Promise<WorkDisks> {
  const directory = (number: number) => join(parent, `work-${number}`);
  const directories = Array.from({ length: count }, (_, index) => directory(index + 1));
  for (const path of directories) mkdirSync(path, { recursive: true, mode: 0o700 });
  const holder = spawn('unshare', [
    ...['--mount', '--propagation', 'private'],
    ...(asRoot() ? [] : ['--user', '--map-root-user']),
    ...['--', 'setpriv', '--pdeathsig', 'KILL', 'sh', '-c'],
    `for disk; do mount -t tmpfs -o size=${diskSize} tmpfs "$disk" || exit 1; done; echo ready; exec cat`,
    ...['sh', ...directories],
  ]);
  const problem = await problemOf(holder);
  const root = problem === null ? `/proc/${holder.pid ?? 0}/root` : '';
  return {
    problem,
    directory,
    inside: (command) => (problem === null ? enter(command, holder.pid ?? 0) : command),
    fill: (number) => fillUp(join(root, directory(number), filler)),
    free: (number) => rm(join(root, directory(number), filler), { force: true }),
    list: async (number) =>
      (await readdir(join(root, directory(number)))).filter((name) => name !== filler),
    close: async () => {
      if (problem !== null) return;
      const ended = once(holder, 'close');
      holder.stdin.end(); // It reads until then.
      await ended;
    },
  };
}

/** Null once it says that the disks are there. */
async function problemOf(holder: ChildProcess): Promise<string | null> {
  let complaint = '';
  holder.stderr?.on('data', (text: Buffer) => (complaint += text.toString()));
  const ready = new Promise<null>((resolve) => {
    holder.stdout?.once('data', () => {
      resolve(null);
    });
  });
  const ended = new Promise<string>((resolve) => {
    holder.once('error', (error) => {
      resolve(error.message);
    });
    holder.once('close', (code) => {
      resolve(complaint.trim() || `unshare ended with ${code ?? 'a signal'}`);
    });
  });
  return Promise.race([ready, ended]);
}

function enter({ file, args, environment, directory }: ChildCommand, pid: number): ChildCommand {
  return {
    file: 'nsenter',
    args: [
      ...['--target', String(pid), '--mount', `--wd=${directory}`],
      ...(asRoot() ? [] : ['--user', '--preserve-credentials']),
      ...['--', file, ...args],
    ],
    environment,
    directory,
  };
}

async function fillUp(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    const piece = Buffer.alloc(256 * 1_024);
    for (;;) await file.write(piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}

function asRoot(): boolean {
  return process.getuid?.() === 0;
}
