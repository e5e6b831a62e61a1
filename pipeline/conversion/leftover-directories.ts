import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../observability/logger';
import { pause } from '../deliveries/pause';
import type { Claims } from './job-claims';
import { removeKeptWork } from './kept-work';
import type { WorkDisk } from './work-disk';

/** `<job id>-<claim token>`; the tokens of version 0.1 were UUIDs. Nothing else is ours. */
const ofAttempt = /^[\w-]{1,64}-([0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The name of an attempt's directory. */
export const attemptDirectoryName = (jobId: string, claimToken: string): string =>
  `${jobId}-${claimToken}`;

/**
 * Removes what workers left behind that died: directories of attempts whose claim is no longer on
 * a record. Other processes may share the work directory, so the record decides, not its age.
 *
 * @returns the names of the directories removed.
 * @throws DependencyUnavailable, or the error of the file system.
 */
export async function removeLeftovers(
  disk: WorkDisk,
  claims: Pick<Claims, 'heldOf'>,
): Promise<string[]> {
  // Listed before the records are asked: a claim is on its record before its directory is made.
  const found = new Map<string, string>();
  for (const name of await readdir(disk.path)) {
    const token = ofAttempt.exec(name)?.[1];
    if (token !== undefined) found.set(name, token);
  }
  const held = await claims.heldOf([...found.values()]);
  const removed: string[] = [];
  for (const [name, token] of found) {
    const path = join(disk.path, name);
    if (held.has(token) || disk.isOpen(path)) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}

/** Removes leftovers now and every `everyMs` milliseconds. @returns what ends it. */
export function keepRemovingLeftovers(
  disk: WorkDisk,
  claims: Pick<Claims, 'heldOf'>,
  everyMs: number,
  log: Logger,
): () => Promise<void> {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        const removed = await removeLeftovers(disk, claims);
        if (removed.length > 0) log.info({ removed }, 'removed what dead workers left behind');
        await removeKeptWork(disk.path, 'old');
      } catch (error) {
        log.warn({ err: error }, 'leftover directories not removed; tried again later');
      }
      await pause(everyMs, stopping.signal);
    }
  };
  const ended = loop();
  return async () => {
    stopping.abort();
    await ended;
  };
}
