import type { ComposeStack } from '../stack/compose-stack';
import type { WalkFinding } from './check';

export interface RunningContainer {
  readonly name: string;
  /** Its /proc/1/status, and what came of writing to its root filesystem. */
  readonly printed: string;
}

const look = 'cat /proc/1/status; touch /written';

/** Of every container that runs, as its own user sees it. */
export async function lookInside(stack: ComposeStack): Promise<RunningContainer[]> {
  const running = (await stack.containers()).filter(({ State }) => State === 'running');
  const seen: RunningContainer[] = [];
  for (const { ID, Name } of running) {
    const run = await stack.docker(['exec', ID, 'sh', '-c', look], { anyCode: true });
    seen.push({ name: Name, printed: `${run.stdout}${run.stderr}` });
  }
  return seen;
}

/** Lines of proc_pid_status(5). */
const held = [
  // Real, effective, saved and of the file system.
  { check: 'root-user', field: 'Uid', value: /^[1-9]\d*(\s+[1-9]\d*){3}$/, meaning: 'not root' },
  { check: 'capabilities', field: 'CapEff', value: /^0+$/, meaning: 'no capability' },
  { check: 'capabilities', field: 'CapBnd', value: /^0+$/, meaning: 'no capability to be had' },
  { check: 'new-privileges', field: 'NoNewPrivs', value: /^1$/, meaning: 'no new privileges' },
] as const;

/** What the kernel holds a running container to, whatever the compose file says. */
export function judgeHardening(containers: readonly RunningContainer[]): WalkFinding[] {
  return containers.flatMap(({ name, printed }) => {
    const found: WalkFinding[] = [];
    for (const { check, field, value, meaning } of held) {
      const got = new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(printed)?.[1]?.trim() ?? 'nothing';
      if (value.test(got)) continue;
      found.push({ check, where: name, problem: `${field} is ${got}: expected ${meaning}` });
    }
    // EROFS comes before EACCES, so whoever may not write there is told the same (open(2)).
    if (!printed.includes('Read-only file system')) {
      found.push({
        check: 'writable-root',
        where: name,
        problem: `expected "Read-only file system" for a file in /, got: ${printed.split('\n').slice(-2).join(' ').trim()}`,
      });
    }
    return found;
  });
}
