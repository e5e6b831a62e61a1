import type { ExpectedRun } from './expected-runs';
import type { ImageFinding } from './image-check';
import type { ImageTarget } from './image-target';

export interface RunResult {
  readonly code: number;
  /** Standard output, then standard error. */
  readonly printed: string;
}

/** How a process behaved that was told to stop. */
export interface StopResult {
  readonly entry: string;
  readonly firstProcess: string;
  /** 137 when it did not react, and was killed at the end of its grace. */
  readonly code: number;
  /** What came instead of an answer on its admin port; then it was not stopped by us. */
  readonly unanswered?: string;
}

export function checkRun(
  target: ImageTarget,
  expected: ExpectedRun,
  { code, printed }: RunResult,
): ImageFinding[] {
  const problem =
    code !== expected.code
      ? `expected exit code ${expected.code}, got ${code}: ${lastLines(printed)}`
      : expected.says.test(printed)
        ? undefined
        : `expected ${String(expected.says)}, it printed: ${lastLines(printed)}`;
  return problem === undefined
    ? []
    : [{ check: 'entries', where: `${target}: ${expected.name}`, problem }];
}

export function checkStop(
  target: ImageTarget,
  { entry, firstProcess, code, unanswered }: StopResult,
): ImageFinding[] {
  const found = (problem: string): ImageFinding => ({
    check: 'stop',
    where: `${target}: ${entry}`,
    problem,
  });
  if (unanswered !== undefined) {
    return [found(`it does not answer on its admin port (code ${code}): ${lastLines(unanswered)}`)];
  }
  return [
    ...(firstProcess === 'tini' ? [] : [found(`process 1 is ${firstProcess}, expected tini`)]),
    ...(code === 0 ? [] : [found(`exit code ${code} after SIGTERM, expected 0`)]),
  ];
}

/** Of proc_pid_status(5): what the kernel holds a process of the container to. */
const lockedDown: readonly (readonly [name: string, value: RegExp, meaning: string])[] = [
  ['Uid', /^1000\s+1000\s+1000\s+1000$/, 'not root'],
  ['CapEff', /^0+$/, 'no capability'],
  ['CapBnd', /^0+$/, 'no capability to be had'],
  ['NoNewPrivs', /^1$/, 'no new privileges'],
  ['Seccomp', /^2$/, 'a filter of system calls'],
];

/**
 * @param status /proc/self/status of a process in the container
 * @param write what came of writing to the root filesystem
 */
export function checkLockedDown(
  target: ImageTarget,
  status: string,
  write: RunResult,
): ImageFinding[] {
  const found = (problem: string): ImageFinding => ({
    check: 'locked-down',
    where: target,
    problem,
  });
  const wrong = lockedDown.flatMap(([name, pattern, meaning]) => {
    const value = new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? 'nothing';
    return pattern.test(value) ? [] : [found(`${name} is ${value}: expected ${meaning}`)];
  });
  const refused = write.code !== 0 && /Read-only file system/.test(write.printed);
  return refused ? wrong : [...wrong, found('its root filesystem can be written')];
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ').slice(0, 300);
}
