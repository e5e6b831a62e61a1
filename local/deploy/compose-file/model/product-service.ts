import { type EntryName, entryNames } from '../../../../image/entry-names';
import type { Settings } from '../../../../observability/config';
import { entrySettings } from '../../entry-settings';
import { targetOfImage } from '../../product';
import type { ComposeConfig, ComposeService } from './compose-config';
import type { Deployment } from './deployment';
import { imageName } from './server-images';

export interface ProductService {
  readonly name: string;
  readonly service: ComposeService;
  readonly entry: EntryName;
}

export function isProduct(service: ComposeService): boolean {
  return targetOfImage(imageName(service.image)) !== undefined;
}

/** Services of ours whose entry is known; what the others are started as is for `commands` to say. */
export function productServices({ services }: ComposeConfig): ProductService[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const entry = entryOf(service);
    return isProduct(service) && entry !== undefined ? [{ name, service, entry }] : [];
  });
}

/** The word behind the dispatcher: of an entrypoint that names it, else the command's first. */
export function entryOf({ entrypoint, command }: ComposeService): EntryName | undefined {
  const words = entrypoint ?? [];
  const word = words.length === 0 ? command?.[0] : words[words.indexOf(dispatcher) + 1];
  return entryNames.find((name) => name === word);
}

/** What the image's entrypoint ends with. */
export const dispatcher = '/app/dist/image/start.js';

/** What ends by itself: run by `up` once, or by a person. The others, and every server, stay. */
const commandEntries: readonly EntryName[] = ['migrate', 'queues', 'users', 'dead-letters'];

export function isOneShot(service: ComposeService): boolean {
  const entry = entryOf(service);
  return isProduct(service) && entry !== undefined && commandEntries.includes(entry);
}

/** Where compose mounts a secret in a container. */
export function secretTarget({ source, target }: ComposeService['secrets'][number]): string {
  return target ?? `/run/secrets/${source}`;
}

/** What a container reads at a path that is a secret of its; undefined where there is none. */
export function secretAt(
  { compose, secrets }: Deployment,
  service: ComposeService,
  path: string,
): string | undefined {
  const mount = service.secrets.find((secret) => secretTarget(secret) === path);
  const file = compose.secrets[mount?.source ?? '']?.file;
  return file === undefined ? undefined : secrets[file.slice(file.lastIndexOf('/') + 1)];
}

/** The environment with secrets in place of the files they are in. */
export function readableEnvironment(
  deployment: Deployment,
  service: ComposeService,
): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(service.environment)) {
    if (value === null) continue;
    const secret = secretAt(deployment, service, value);
    if (name.endsWith('_FILE') && secret !== undefined) read[name.slice(0, -5)] = secret;
    else read[name] = value;
  }
  return read;
}

/** A setting as text, given or by default; undefined where there is neither. */
export function settingText(
  deployment: Deployment,
  { service, entry }: ProductService,
  key: string,
): string | undefined {
  const settings: Settings = entrySettings[entry];
  const setting = settings[key];
  if (setting === undefined) return undefined;
  return readableEnvironment(deployment, service)[setting.env] ?? setting.default;
}
