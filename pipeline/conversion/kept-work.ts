import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What the last attempt of a dead job had made stays on its worker's disk, so that a replay there
 * goes on at the step that failed. It is a spare: it goes when the disk needs the room, or after a
 * day, and a replay on another machine begins at the first step.
 */
const ofDeadJob = /^kept\.([\w-]{1,64})$/;

/** Not the name of an attempt's directory, which has no dot. */
const keptName = (jobId: string): string => `kept.${jobId}`;

const keptMs = 24 * 3_600_000;

/** Keeps an attempt's directory for the job's next attempt. Whole files only, and on the disk. */
export async function keepWork(path: string, workDirectory: string, jobId: string): Promise<void> {
  for (const name of await readdir(path)) {
    const file = await open(join(path, name), 'r+');
    try {
      // A crash of the machine must not leave a file that has its length and not its bytes.
      await file.sync();
    } finally {
      await file.close();
    }
  }
  const kept = join(workDirectory, keptName(jobId));
  await rm(kept, { recursive: true, force: true });
  await rename(path, kept);
}

/** Makes what was kept of a job the directory of its new attempt. @returns whether there was any. */
export async function takeKeptWork(
  workDirectory: string,
  jobId: string,
  path: string,
): Promise<boolean> {
  try {
    await rename(join(workDirectory, keptName(jobId)), path);
    return true;
  } catch (error) {
    if (Error.isError(error) && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Bytes that kept work takes up on the disk. */
export async function keptBytes(workDirectory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(workDirectory)) {
    if (ofDeadJob.test(name)) bytes += await usedBytes(join(workDirectory, name));
  }
  return bytes;
}

/** Bytes that the files of a directory take up on the disk; 0 when it does not exist. */
export async function usedBytes(path: string): Promise<number> {
  let bytes = 0;
  // Files come and go meanwhile.
  for (const name of await readdir(path).catch(() => [])) {
    const file = await stat(join(path, name)).catch(() => undefined);
    bytes += (file?.blocks ?? 0) * 512;
  }
  return bytes;
}

/**
 * Removes what was kept, all of it or what is old.
 *
 * @returns how many directories were removed.
 */
export async function removeKeptWork(workDirectory: string, which: 'all' | 'old'): Promise<number> {
  let removed = 0;
  for (const name of await readdir(workDirectory)) {
    if (!ofDeadJob.test(name)) continue;
    const path = join(workDirectory, name);
    // Another process may have taken it meanwhile.
    const { ctimeMs } = (await stat(path).catch(() => undefined)) ?? { ctimeMs: Infinity };
    if (which === 'old' && Date.now() - ctimeMs < keptMs) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
