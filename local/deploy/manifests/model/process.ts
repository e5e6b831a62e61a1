import type { EntryName } from '../../../../image/entry-names';
import type { Settings } from '../../../../observability/config';
import { entrySettings } from '../../entry-settings';
import { type Environment, environmentOf } from './environment';
import type { Container } from './pod';
import type { Rendered } from './rendered';
import { entryOf, type Workload, workloadsOf } from './workload';

/** A container that runs an entry of our image. */
export interface Process {
  readonly entry: EntryName;
  readonly workload: Workload;
  readonly container: Container;
  /** `overlays/minikube: Deployment/gateway`. */
  readonly where: string;
  readonly environment: Environment;
  readonly settings: Settings;
  /** What the process would use, the default where nothing is given; undefined: not known here. */
  text(variable: string): string | undefined;
}

export function processesOf(rendered: Rendered): readonly Process[] {
  return workloadsOf(rendered.objects).flatMap((workload) =>
    workload.containers.flatMap((container) => {
      const entry = entryOf(container);
      return entry === undefined ? [] : [processIn(rendered, workload, container, entry)];
    }),
  );
}

function processIn(
  rendered: Rendered,
  workload: Workload,
  container: Container,
  entry: EntryName,
): Process {
  const settings: Settings = entrySettings[entry];
  const environment = environmentOf(rendered, container);
  return {
    entry,
    workload,
    container,
    where: `${rendered.overlay}: ${workload.where}`,
    environment,
    settings,
    text: (variable) => {
      const given = environment.variables.get(variable);
      // Empty means "not set", as in the settings themselves.
      if (given !== undefined && given.value !== '') return given.value;
      return Object.values(settings).find(({ env }) => env === variable)?.default;
    },
  };
}

/** A whole number that the process reads, its default included; undefined where it has none. */
export function numberOf(process: Process, variable: string): number | undefined {
  const text = process.text(variable);
  return text === undefined ? undefined : Number(text);
}
