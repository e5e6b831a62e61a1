import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time that a process group has used so far, in seconds: a broker is a script, a virtual machine
 * and its children. From each thread's time on a CPU in nanoseconds
 * (kernel.org/doc/html/latest/scheduler/sched-stats.html), since the ticks of proc(5) are as long as
 * two scrapes. A thread that has ended is missing.
 *
 * @param leaderPid process that was started as the leader of its group
 * @throws Error when nothing of the group runs
 */
export function readCpuSeconds(leaderPid: number): number {
  const members = readdirSync('/proc').filter((pid) => groupOf(pid) === leaderPid);
  if (members.length === 0) throw new Error(`no process of the group ${leaderPid} runs`);
  const nanoseconds = members.flatMap((pid) => {
    const threads = orNone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
    return threads.map((thread) => {
      const text = orNone(() => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
      return Number(text?.split(' ')[0] ?? 0);
    });
  });
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
}

function groupOf(pid: string): number | undefined {
  if (!/^\d+$/.test(pid)) return undefined;
  const stat = orNone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // After the name, which may hold anything: state, parent, group.
  const [, , group] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return group === undefined ? undefined : Number(group);
}

/** Processes and threads end while they are looked at. */
function orNone<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
