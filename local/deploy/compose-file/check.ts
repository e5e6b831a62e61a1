import type { Finding } from '../finding';
import type { Deployment } from './model/deployment';

/** One file in `checks/` has the function of each; `schema` is what compose itself refuses. */
export const checkNames = [
  'schema',
  'environment',
  'shared-settings',
  'secrets',
  'commands',
  'images',
  'order',
  'addresses',
  'ports',
  'proxy',
  'networks',
  'mounts',
  'health',
  'limits',
  'hardening',
  'stopping',
  'time-limits',
] as const;
export type CheckName = (typeof checkNames)[number];
export type ComposeFinding = Finding<CheckName>;

/** Pure: what is wrong, where and why. */
export type Check = (deployment: Deployment) => readonly ComposeFinding[];
