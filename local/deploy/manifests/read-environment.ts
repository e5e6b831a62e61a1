import { loadAuthConfig, loadUserTableConfig } from '../../../auth/config';
import { deadLettersSettings } from '../../../dead-letters/config';
import { gatewayRelations, gatewaySettings } from '../../../gateway/config';
import type { EntryName } from '../../../image/entry-names';
import { loadConfig } from '../../../observability/config';
import { bucketRelations } from '../../../observability/shared-settings';
import {
  converterSettings,
  notificationSettings,
  queuesSettings,
  relaySettings,
} from '../../../pipeline/config';
import { mailServerProblems } from '../../../pipeline/notification/mail-server';
import { entrySettings } from '../entry-settings';

type Environment = Readonly<Record<string, string>>;

/**
 * Reads an environment as the entry itself does, relations between settings included.
 *
 * @throws ConfigError with what the entry would refuse to start for
 */
export function readEnvironment(entry: EntryName, environment: Environment): void {
  switch (entry) {
    case 'gateway':
      loadConfig(entry, gatewaySettings, environment, gatewayRelations);
      return;
    case 'auth':
      loadAuthConfig(environment);
      return;
    case 'converter':
      loadConfig(entry, converterSettings, environment, bucketRelations);
      return;
    case 'notification':
      loadConfig(entry, notificationSettings, environment, mailServerProblems);
      return;
    case 'relay':
      loadConfig(entry, relaySettings, environment, bucketRelations);
      return;
    case 'migrate':
    case 'users':
      loadUserTableConfig(entry, environment);
      return;
    case 'queues':
      loadConfig(entry, queuesSettings, environment);
      return;
    case 'dead-letters':
      loadConfig(entry, deadLettersSettings, environment);
      return;
    case 'health':
      loadConfig(entry, entrySettings.health, environment);
      return;
  }
}
