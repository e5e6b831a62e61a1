import type { Finding } from '../../finding';

export const upgradeChecks = ['broker-version', 'queued-before'] as const;
export type UpgradeFinding = Finding<(typeof upgradeChecks)[number]>;

export interface UpgradeEvidence {
  /** What the brokers said they are. */
  readonly before: string;
  readonly after: string;
  /** Messages in the queue of videos when the old broker was stopped. */
  readonly depth: number;
  /** Jobs that were accepted while nobody took them out of it. */
  readonly queued: number;
}

/** Whether what was to be tried was tried: else nothing that came of it says anything. */
export function judgeUpgrade({ before, after, depth, queued }: UpgradeEvidence): UpgradeFinding[] {
  const found: UpgradeFinding[] = [];
  const version = (where: string, got: string, expected: RegExp): void => {
    if (expected.test(got)) return;
    const problem = `expected ${String(expected)}, got ${got || 'nothing'}`;
    found.push({ check: 'broker-version', where, problem });
  };
  version('the old broker', before, /^3\./);
  version('the new broker', after, /^4\./);
  if (depth !== queued || depth === 0) {
    const problem = `expected ${queued} messages in the old broker as it was stopped, got ${depth}`;
    found.push({ check: 'queued-before', where: 'the queue of videos', problem });
  }
  return found;
}
