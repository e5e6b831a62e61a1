import type { EntryName } from '../../../../image/entry-names';
import { ConfigError, type Setting } from '../../../../observability/config';
import { imageEnvironment } from '../../image-environment';
import type { Check, ManifestFinding } from '../check';
import { mountedFile } from '../model/environment';
import { type Process, processesOf } from '../model/process';
import { isOurs, workloadsOf, entryOf } from '../model/workload';
import type { Rendered } from '../model/rendered';
import { readEnvironment } from '../read-environment';

/** Read by Node itself (nodejs.org/api/cli.html, "Environment variables") or the C library. */
const readByNode = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'TZ'];

/** The tutorial's Secrets carry it, and its readers' are left as they are. */
const tolerated = ['PLACEHOLDER'];

/** Everything that a process of ours is given, read as it would read it itself. */
export const environment: Check = (rendered) => [
  ...unknownEntries(rendered),
  ...processesOf(rendered).flatMap((process) => [
    ...refused(rendered, process),
    ...leftToTheTutorial(rendered, process),
    ...readByNobody(process),
    ...process.environment.dangling.map((problem) => finding(process, problem)),
  ]),
];

function unknownEntries({ overlay, objects }: Rendered): ManifestFinding[] {
  return workloadsOf(objects).flatMap(({ where, containers }) =>
    containers
      .filter((container) => isOurs(container) && entryOf(container) === undefined)
      .map(({ name, args }): ManifestFinding => ({
        check: 'environment',
        where: `${overlay}: ${where}, container ${name}`,
        problem: `the image has no entry ${JSON.stringify(args?.[0] ?? '')}`,
      })),
  );
}

/** Missing, refused, and not going together: what the process would write before it ends with 78. */
function refused(rendered: Rendered, process: Process): ManifestFinding[] {
  const { given, problems } = whatItFinds(rendered, process);
  try {
    readEnvironment(process.entry, given);
    return problems;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [...problems, ...error.problems.map((problem) => finding(process, problem))];
  }
}

function whatItFinds(
  rendered: Rendered,
  process: Process,
): { given: Record<string, string>; problems: ManifestFinding[] } {
  const { settings, environment, workload, container } = process;
  const given: Record<string, string> = { ...imageEnvironment };
  const problems: ManifestFinding[] = [];
  for (const setting of Object.values(settings)) {
    const variable = environment.variables.get(setting.env);
    if (variable !== undefined) {
      given[setting.env] = keptSecret(rendered, setting) ?? variable.value ?? anyAccepted(setting);
    }
    const file = environment.variables.get(`${setting.env}_FILE`)?.value;
    if (setting.secret !== true || file === undefined) continue;
    const content = mountedFile(rendered, workload.pod, container, file);
    if (content === undefined) {
      problems.push(finding(process, `${setting.env}_FILE: no volume puts a file at ${file}`));
    }
    // Both given is refused by the process; the name of the file would not be found here.
    given[setting.env] ??= content?.value ?? anyAccepted(setting);
  }
  return { given, problems };
}

/** Where Secrets come from a store, a server at its default address is one that was forgotten. */
function leftToTheTutorial({ objects }: Rendered, process: Process): ManifestFinding[] {
  if (!objects.some(({ kind }) => kind === 'ExternalSecret')) return [];
  return Object.values<Setting<unknown>>(process.settings)
    .filter(
      ({ env, secret, default: address }) =>
        secret === true &&
        address !== undefined &&
        !process.environment.variables.has(env) &&
        !process.environment.variables.has(`${env}_FILE`),
    )
    .map(({ env, default: address }) =>
      finding(process, `${env}: expected the address of a server, got the default ${address}`),
    );
}

/** Where the tutorial's Secrets stay as they are, its own short key must be taken. */
function keptSecret({ overlay }: Rendered, { env }: Setting<unknown>): string | undefined {
  return overlay.includes('minikube') && env === 'JWT_SECRET' ? 'ninechars' : undefined;
}

/** Stands for a secret that only the cluster knows: it is there, and of the right form. */
function anyAccepted({ schema }: Setting<unknown>): string {
  const candidates = [
    `${'x'.repeat(40)}@x.example`,
    ...['amqp', 'mongodb', 'smtp', 'http'].map((protocol) => `${protocol}://x:x@x.example`),
  ];
  return candidates.find((one) => schema.safeParse(one).success) ?? '1';
}

function readByNobody(process: Process): ManifestFinding[] {
  const { settings, environment } = process;
  const read = new Set([
    ...Object.values(settings).flatMap(({ env, secret }) =>
      secret === true ? [env, `${env}_FILE`] : [env],
    ),
    ...readByNode,
    ...tolerated,
    ...environment.expanded,
  ]);
  return [...environment.variables.keys()]
    .filter((name) => !read.has(name))
    .map((name) =>
      finding(process, `${name}: ${readableBy(process.entry)} reads no such variable`),
    );
}

const readableBy = (entry: EntryName): string => `the entry ${entry}`;

const finding = ({ where }: Process, problem: string): ManifestFinding => ({
  check: 'environment',
  where,
  problem,
});
