import type { Finding } from '../finding';
import type { Facts, Rendered } from './model/rendered';

/** One folder `checks/` has a file for each. */
export const checkNames = [
  'schema',
  'unknown-field',
  'api-rules',
  'selectors',
  'tutorial',
  'ports',
  'addresses',
  'references',
  'queues',
  'environment',
  'shared-settings',
  'probes',
  'pod-security',
  'resources',
  'stopping',
  'disruption',
  'scaling',
  'images',
  'account-tokens',
  'network',
  'secrets-in-git',
  'jobs',
  'time-limits',
  'scraping',
  'broker-nodes',
] as const;
export type CheckName = (typeof checkNames)[number];
export type ManifestFinding = Finding<CheckName>;

/** Pure: what is wrong with one rendered folder. */
export type Check = (rendered: Rendered, facts: Facts) => readonly ManifestFinding[];
