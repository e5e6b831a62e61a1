import type { CheckName } from '../check';
import type { ComposeConfig, ComposeService } from '../model/compose-config';
import type { Deployment } from '../model/deployment';

/** A mistake somebody could make, and the check that must find it. */
export interface PlantedMistake {
  readonly name: string;
  readonly check: Exclude<CheckName, 'schema'>;
  /** The same deployment with the mistake in it. */
  readonly plant: (deployment: Deployment) => Deployment;
}

/** Changes one service. @throws Error where there is none of this name: the mistake is stale. */
export function inService(name: string, change: (service: ComposeService) => void) {
  return inCompose(({ services }) => {
    const service = services[name];
    if (service === undefined) throw new Error(`there is no service ${name} to plant a mistake in`);
    change(service);
  });
}

/** Changes the compose file as a whole. */
export function inCompose(change: (compose: ComposeConfig) => void) {
  return (deployment: Deployment): Deployment => {
    const compose = structuredClone(deployment.compose);
    change(compose);
    return { ...deployment, compose };
  };
}

/** Replaces a text in a mounted configuration. @throws Error where it does not stand. */
export function inFile(file: string, from: string, to: string) {
  return (deployment: Deployment): Deployment => {
    const mounted = deployment.mounted;
    const holder = Object.entries(mounted).find(([, { texts }]) => texts[file]?.includes(from));
    if (holder === undefined)
      throw new Error(`${file} does not have ${from} to plant a mistake in`);
    const [path, { kind, texts }] = holder;
    const changed = { ...texts, [file]: texts[file]?.replaceAll(from, to) ?? '' };
    return { ...deployment, mounted: { ...mounted, [path]: { kind, texts: changed } } };
  };
}

/** Gives a secret another text, or none: then the script does not make it. */
export function inSecret(name: string, text: string | undefined) {
  return (deployment: Deployment): Deployment => {
    const others = Object.entries(deployment.secrets).filter(([other]) => other !== name);
    const made = text === undefined ? others : [...others, [name, text] as const];
    return { ...deployment, secrets: Object.fromEntries(made) };
  };
}
