import { isDeepStrictEqual } from 'node:util';
import { type Relabeling, relabelQueues } from '../../../../observability/prometheus/queue-labels';
import { type MonitorEndpoint, ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { selects } from '../model/label-selector';
import { processesOf } from '../model/process';
import type { Facts, Rendered } from '../model/rendered';
import { podsOf } from '../model/service-address';

/** rabbitmq.com/docs/prometheus; the second is asked for queues, whose names become our labels. */
const brokerPaths = ['/metrics', '/metrics/detailed'];

/** What a monitor of the Prometheus operator asks for is there, and comes to the same labels. */
export function monitorEndpoints(
  rendered: Rendered,
  { adminPaths }: Facts,
): { readonly where: string; readonly problem: string }[] {
  const ours = processesOf(rendered).map(({ workload }) => workload.name);
  return ofKind(rendered.objects, 'ServiceMonitor').flatMap((monitor) => {
    const names = ofKind(rendered.objects, 'Service')
      .filter(({ metadata }) => selects(monitor.spec.selector, metadata.labels ?? {}))
      .flatMap((service) => podsOf(rendered, service).map(({ name }) => name));
    const isOurs = names.some((name) => ours.includes(name));
    return monitor.spec.endpoints.flatMap((endpoint) => {
      const path = endpoint.path ?? '/metrics';
      const isThere = isOurs ? adminPaths.has(path) : brokerPaths.includes(path);
      const problems = [
        ...(isThere ? [] : [`asks for ${path}, where nothing is`]),
        ...(path === '/metrics/detailed' ? queueProblems(endpoint) : []),
      ];
      return problems.map((problem) => ({ where: nameOf(monitor), problem }));
    });
  });
}

/** The operator spells Prometheus' own fields in camel case (prometheus-operator.dev, "RelabelConfig"). */
function queueProblems({ metricRelabelings = [] }: MonitorEndpoint): string[] {
  const expected = relabelQueues().map(camelCased);
  if (isDeepStrictEqual(metricRelabelings, expected)) return [];
  const differing = expected.findIndex(
    (one, index) => !isDeepStrictEqual(one, metricRelabelings[index]),
  );
  return [
    `expected metricRelabelings[${Math.max(differing, 0)}] as observability/prometheus has it, ${JSON.stringify(expected[differing])}: dashboards and alerts read these labels`,
  ];
}

const camelCased = (relabeling: Relabeling): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(relabeling).map(([key, value]: [string, unknown]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
