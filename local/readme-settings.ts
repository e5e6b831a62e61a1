import { authSettings, userTableSettings } from '../auth/config';
import { deadLettersSettings } from '../dead-letters/config';
import { gatewaySettings } from '../gateway/config';
import { renderSettingsTables, replaceBetweenMarkers } from '../observability/settings-table';
import {
  converterSettings,
  notificationSettings,
  queuesSettings,
  relaySettings,
} from '../pipeline/config';

/** The README with the configuration tables that the code has now. */
export function withSettingsTables(readme: string): string {
  const tables = renderSettingsTables([
    { process: 'gateway', settings: gatewaySettings },
    { process: 'auth', settings: authSettings },
    { process: 'converter', settings: converterSettings },
    { process: 'notification', settings: notificationSettings },
    { process: 'relay', settings: relaySettings },
    { process: 'migration and `users` command', settings: userTableSettings },
    { process: '`queues` command', settings: queuesSettings },
    { process: '`dead-letters` command', settings: deadLettersSettings },
  ]);
  return replaceBetweenMarkers(readme, 'settings', tables);
}
