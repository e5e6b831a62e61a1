import { entrySettings } from '../../entry-settings';
import type { Settings } from '../../../../observability/config';
import { settingsAlike } from '../../shared-settings';
import type { Check } from '../check';
import { productServices, readableEnvironment } from '../model/product-service';

/** What several processes are given, or have by default, is the same for all of them. */
export const sharedSettings: Check = (deployment) =>
  [...settingsAlike, 'MONGO_URL' as const, 'RABBITMQ_URL' as const].flatMap((variable) => {
    const values = productServices(deployment.compose).flatMap(({ name, service, entry }) => {
      const settings: Settings = entrySettings[entry];
      const setting = Object.values(settings).find(({ env }) => env === variable);
      if (setting === undefined) return [];
      return [
        { name, value: readableEnvironment(deployment, service)[variable] ?? setting.default },
      ];
    });
    if (new Set(values.map(({ value }) => value)).size < 2) return [];
    // Values may be secrets; who differs is enough.
    const first = values[0]?.value;
    const others = values.filter(({ value }) => value !== first).map(({ name }) => name);
    return [
      {
        check: 'shared-settings' as const,
        where: others.join(', '),
        problem: `${variable}: expected what ${values[0]?.name ?? ''} has, got another value`,
      },
    ];
  });
