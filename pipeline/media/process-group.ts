import { readFileSync } from 'node:fs';

/** Kernel clock ticks per second in /proc; a constant of the Linux ABI (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100;

/**
 * Kills the group that `pid` leads, or `pid` alone while its launcher has not made the group yet.
 * Call it only before the process was seen to exit: later its pid may belong to somebody else.
 */
export function killProcessGroup(pid: number): void {
  if (!send(-pid)) send(pid);
}

function send(target: number): boolean {
  try {
    process.kill(target, 'SIGKILL');
    return true;
  } catch (error) {
    // ESRCH: no such process or group, so there is nothing left to kill.
    if (Error.isError(error) && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** CPU seconds a live process has used so far, or undefined when it is gone. */
export function cpuSecondsOf(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // It has exited, or this is not Linux.
  }
  // The command name, field 2, may hold spaces and brackets; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
