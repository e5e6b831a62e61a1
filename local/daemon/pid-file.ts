import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isAlive } from './process-identity';

const recordSchema = z.object({
  pid: z.number().int().positive(),
  startTicks: z.string(),
  bootId: z.string(),
  startedAtMs: z.number(),
  ports: z.array(z.object({ label: z.string(), port: z.number() })),
  logFile: z.string(),
  /** Changes when the command, its environment or its program changes. */
  fingerprint: z.string(),
});

/** What we know about a process that we started: enough to find, show and stop it later. */
export type ProcessRecord = z.infer<typeof recordSchema>;

/** The running process a pid file names; undefined when there is none or its pid was recycled. */
export function readLivingProcess(pidFile: string): ProcessRecord | undefined {
  let text: string;
  try {
    text = readFileSync(pidFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const record = recordSchema.safeParse(parseJson(text));
  return record.success && isAlive(record.data) ? record.data : undefined;
}

/** Replaces the pid file in one step, so that no reader sees half of it. */
export function writePidFile(pidFile: string, record: ProcessRecord): void {
  mkdirSync(dirname(pidFile), { recursive: true });
  writeFileSync(`${pidFile}.new`, JSON.stringify(record, null, 2));
  renameSync(`${pidFile}.new`, pidFile);
}

export function removePidFile(pidFile: string): void {
  rmSync(pidFile, { force: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A machine that lost power may leave an empty file: nothing of it runs.
  }
}
