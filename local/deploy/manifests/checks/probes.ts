import { entryNames } from '../../../../image/entry-names';
import type { Check } from '../check';
import type { Container, Probe } from '../model/pod';
import { numberOf, processesOf } from '../model/process';
import type { Facts } from '../model/rendered';
import { isOurs, type Workload, workloadsOf } from '../model/workload';

/** Probes ask for what is there, at a port that the container has; what serves has both kinds. */
export const probes: Check = (rendered, facts) => {
  const adminPorts = new Map(
    processesOf(rendered).map((process) => [process.container, numberOf(process, 'ADMIN_PORT')]),
  );
  return workloadsOf(rendered.objects).flatMap((workload) =>
    workload.containers.flatMap((container) =>
      [
        ...missing(workload, container),
        ...probesOf(container).flatMap(([name, probe]) => {
          const problem =
            portProblem(container, probe) ??
            (isOurs(container)
              ? ourProblem(container, probe, adminPorts.get(container), facts)
              : undefined);
          return problem === undefined ? [] : [`${name} ${problem}`];
        }),
        ...exchanged(container),
      ].map((problem) => ({
        check: 'probes' as const,
        where: `${rendered.overlay}: ${workload.where}, container ${container.name}`,
        problem,
      })),
    ),
  );
};

const probesOf = ({ livenessProbe, readinessProbe, startupProbe }: Container) =>
  Object.entries({ livenessProbe, readinessProbe, startupProbe }).flatMap(
    ([name, probe]): [string, Probe][] => (probe === undefined ? [] : [[name, probe]]),
  );

function missing({ kind, pod }: Workload, container: Container): string[] {
  const ends = kind === 'Job' || kind === 'CronJob';
  if (ends || !pod.containers.includes(container)) return [];
  return (['livenessProbe', 'readinessProbe'] as const)
    .filter((name) => container[name] === undefined)
    .map((name) => `expected a ${name}`);
}

function portProblem(
  { ports = [] }: Container,
  { httpGet, tcpSocket, grpc }: Probe,
): string | undefined {
  const port = httpGet?.port ?? tcpSocket?.port ?? grpc?.port;
  if (port === undefined) return undefined;
  const isThere = ports.some(({ name, containerPort }) => name === port || containerPort === port);
  return isThere ? undefined : `asks port ${port}, which the container has not`;
}

/** Liveness must not depend on a dependency, readiness must: each has its path on the admin port. */
function ourProblem(
  { ports = [] }: Container,
  { httpGet, exec }: Probe,
  adminPort: number | undefined,
  { adminPaths }: Facts,
): string | undefined {
  if (exec !== undefined) {
    const entry = exec.command?.at(-1);
    return entryNames.some((name) => name === entry)
      ? undefined
      : `runs ${exec.command?.join(' ') ?? 'nothing'}, which the image has not`;
  }
  if (httpGet === undefined) return 'asks nothing that tells whether the process is well';
  const port = ports.find(
    ({ name, containerPort }) => name === httpGet.port || containerPort === httpGet.port,
  );
  if (port?.containerPort !== adminPort)
    return `asks port ${httpGet.port}, expected the admin port ${String(adminPort)}`;
  const path = httpGet.path ?? '/';
  return adminPaths.has(path) ? undefined : `asks for ${path}, which the admin port does not have`;
}

/** With /readyz for liveness, an outage of MongoDB would restart every process over and over. */
function exchanged(container: Container): string[] {
  if (!isOurs(container)) return [];
  const { livenessProbe, readinessProbe, startupProbe } = container;
  return [
    ...Object.entries({ livenessProbe, startupProbe })
      .filter(([, probe]) => probe?.httpGet?.path === '/readyz')
      .map(([name]) => `${name} asks for /readyz: an outage elsewhere would restart it`),
    ...(readinessProbe?.httpGet?.path === '/livez'
      ? ['readinessProbe asks for /livez: it would get work that it cannot do']
      : []),
  ];
}
