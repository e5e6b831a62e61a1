import { readdirSync, readFileSync } from 'node:fs';

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
  const stat = readStat(pid);
  if (stat === undefined || hasEnded(stat)) return undefined;
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { pid, startTicks: stat.startTicks, bootId };
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const current = identify(identity.pid);
  return current?.startTicks === identity.startTicks && current.bootId === identity.bootId;
}

/** Whether a process group has a member that still runs. */
export function groupIsAlive(groupId: number): boolean {
  return readdirSync('/proc').some((name) => {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    return stat?.groupId === groupId && !hasEnded(stat);
  });
}

interface ProcessStat {
  readonly state: string;
  readonly groupId: number;
  readonly threads: number;
  readonly startTicks: string;
}

/**
 * A zombie has ended; only its parent has not asked yet, and some take seconds to. While it still
 * has other threads it is just its first thread that has ended: ports and files are still its own.
 */
function hasEnded({ state, threads }: ProcessStat): boolean {
  return (state === 'Z' || state === 'X') && threads <= 1;
}

/** Fields of /proc/[pid]/stat (proc(5)): 3 state, 5 process group, 20 threads, 22 start time. */
function readStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // The command's name (field 2) may hold spaces and brackets: count from its closing one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, groupId, threads, startTicks] = [0, 2, 17, 19].map((index) => fields[index]);
  if (state === undefined || groupId === undefined || startTicks === undefined) {
    throw new Error(`cannot read /proc/${pid}/stat: ${text}`);
  }
  return { state, groupId: Number(groupId), threads: Number(threads), startTicks };
}
