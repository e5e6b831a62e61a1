import { authSettings, userTableSettings } from '../../auth/config';
import { deadLettersSettings } from '../../dead-letters/config';
import { gatewaySettings } from '../../gateway/config';
import type { EntryName } from '../../image/entry-names';
import type { Settings } from '../../observability/config';
import { processSettings } from '../../observability/shared-settings';
import {
  converterSettings,
  notificationSettings,
  queuesSettings,
  relaySettings,
} from '../../pipeline/config';

/** The settings that each entry of the image reads; an environment is checked against them. */
export const entrySettings = {
  gateway: gatewaySettings,
  auth: authSettings,
  converter: converterSettings,
  notification: notificationSettings,
  relay: relaySettings,
  migrate: userTableSettings,
  queues: queuesSettings,
  users: userTableSettings,
  'dead-letters': deadLettersSettings,
  health: { adminPort: processSettings.adminPort },
} as const satisfies Record<EntryName, Settings>;
