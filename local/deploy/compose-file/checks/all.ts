import type { Check, CheckName } from '../check';
import { addresses } from './addresses';
import { commands } from './commands';
import { environment } from './environment';
import { hardening } from './hardening';
import { health } from './health';
import { images } from './images';
import { limits } from './limits';
import { mounts } from './mounts';
import { networks } from './networks';
import { order } from './order';
import { ports } from './ports';
import { proxy } from './proxy';
import { secrets } from './secrets';
import { sharedSettings } from './shared-settings';
import { stopping } from './stopping';
import { timeLimits } from './time-limits';

/** Every check but the one that compose itself makes. */
export const checks: Readonly<Record<Exclude<CheckName, 'schema'>, Check>> = {
  environment,
  'shared-settings': sharedSettings,
  secrets,
  commands,
  images,
  order,
  addresses,
  ports,
  proxy,
  networks,
  mounts,
  health,
  limits,
  hardening,
  stopping,
  'time-limits': timeLimits,
};
