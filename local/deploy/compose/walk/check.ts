import type { Finding } from '../../finding';

export const walkChecks = [
  'root-user',
  'capabilities',
  'new-privileges',
  'writable-root',
  'queues',
  'target-down',
  'kill-converter',
  'restart-broker',
  'mail',
] as const;
export type WalkCheck = (typeof walkChecks)[number];
export type WalkFinding = Finding<WalkCheck>;
