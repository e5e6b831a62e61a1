import { readFileSync } from 'node:fs';

/**
 * Names one process for ever: a pid alone is recycled, a pid with the tick it was started at (and
 * the boot that tick counts from) is not.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, as printed in /proc/[pid]/stat (proc(5), field 22). */
  readonly startTicks: string;
  readonly bootId: string;
}

/** The identity of the process that has this pid now; undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // The command name (field 2) may hold spaces and brackets: count from its closing one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (startTicks === undefined) throw new Error(`cannot read the start time in ${stat}`);
  // A zombie has ended; only its parent has not asked yet.
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid,
    startTicks,
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  };
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const current = identify(identity.pid);
  return current?.startTicks === identity.startTicks && current.bootId === identity.bootId;
}
