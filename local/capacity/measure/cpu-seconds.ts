import { readdirSync, readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)`: what Linux counts CPU time in for user programs, whatever its own tick. */
const ticksPerSecond = 100;

/**
 * CPU time that a process group has used so far, in seconds, with what its children used that have
 * ended (proc(5), fields 14 to 17 of stat): each ffmpeg is one.
 *
 * @throws Error when nothing of the group runs
 */
export function readCpuSecondsWithChildren(leaderPid: number): number {
  const members = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  let found = false;
  let ticks = 0;
  for (const pid of members) {
    const fields = statFields(pid);
    if (fields === undefined || Number(fields[2]) !== leaderPid) continue;
    found = true;
    // From field 3 on: utime, stime, cutime and cstime are fields 14 to 17.
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  if (!found) throw new Error(`no process of the group ${leaderPid} runs`);
  return ticks / ticksPerSecond;
}

/** Those after the name, which may hold anything; undefined for a process that has ended. */
function statFields(pid: string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** CPU time of everybody on this machine since it was started, in seconds (proc(5), stat). */
export function readBusySeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .split(/ +/)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}
