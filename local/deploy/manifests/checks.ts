import type { Check, CheckName, ManifestFinding } from './check';
import { accountTokens } from './checks/account-tokens';
import { addresses } from './checks/addresses';
import { apiRules } from './checks/api-rules';
import { brokerNodes } from './checks/broker-nodes';
import { disruption } from './checks/disruption';
import { environment } from './checks/environment';
import { images } from './checks/images';
import { jobs } from './checks/jobs';
import { network } from './checks/network';
import { podSecurity } from './checks/pod-security';
import { ports } from './checks/ports';
import { probes } from './checks/probes';
import { queues } from './checks/queues';
import { references } from './checks/references';
import { resources } from './checks/resources';
import { scaling } from './checks/scaling';
import { schema } from './checks/schema';
import { scraping } from './checks/scraping';
import { secretsInGit } from './checks/secrets-in-git';
import { selectors } from './checks/selectors';
import { sharedSettings } from './checks/shared-settings';
import { stopping } from './checks/stopping';
import { timeLimits } from './checks/time-limits';
import { tutorial } from './checks/tutorial';
import { unknownField } from './checks/unknown-field';
import type { Facts, Rendered } from './model/rendered';

/** Those that look at all folders at once, for speed: the form of each object by itself. */
export type FormCheck = 'schema' | 'unknown-field';

export const meaningChecks: Readonly<Record<Exclude<CheckName, FormCheck>, Check>> = {
  'api-rules': apiRules,
  selectors,
  tutorial,
  ports,
  addresses,
  references,
  queues,
  environment,
  'shared-settings': sharedSettings,
  probes,
  'pod-security': podSecurity,
  resources,
  stopping,
  disruption,
  scaling,
  images,
  'account-tokens': accountTokens,
  network,
  'secrets-in-git': secretsInGit,
  jobs,
  'time-limits': timeLimits,
  scraping,
  'broker-nodes': brokerNodes,
};

/** What is wrong with the form of objects: types, formats, and fields that do not exist. */
export function checkForm(folders: readonly Rendered[], repository: string): ManifestFinding[] {
  return [...schema(folders, repository), ...unknownField(folders, repository)];
}

/** What is wrong with what well-formed objects say of each other, and of the product. */
export function checkMeaning(rendered: Rendered, facts: Facts): ManifestFinding[] {
  return Object.values(meaningChecks).flatMap((check) => check(rendered, facts));
}
