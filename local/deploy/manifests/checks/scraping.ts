import type { Check, ManifestFinding } from '../check';
import { ofKind } from '../model/kinds';
import { selects } from '../model/label-selector';
import { numberOf, processesOf } from '../model/process';
import { holdsProduct, type Rendered } from '../model/rendered';
import { portNumber } from '../model/service-address';
import { type Workload, workloadsOf } from '../model/workload';
import { monitorEndpoints } from './monitor-endpoints';

/** Whoever is up is measured: by its annotations, by a monitor of the Prometheus operator, or both. */
export const scraping: Check = (rendered, facts) => {
  const adminPorts = new Map(
    processesOf(rendered).map((process) => [
      process.workload.name,
      numberOf(process, 'ADMIN_PORT'),
    ]),
  );
  const ofPods = workloadsOf(rendered.objects).flatMap((workload) =>
    problemsOf(rendered, workload, adminPorts.get(workload.name)).map((problem) => ({
      where: workload.where,
      problem,
    })),
  );
  return [...ofPods, ...monitorEndpoints(rendered, facts)].map(
    ({ where, problem }): ManifestFinding => ({
      check: 'scraping',
      where: `${rendered.overlay}: ${where}`,
      problem,
    }),
  );
};

function problemsOf(
  rendered: Rendered,
  workload: Workload,
  adminPort: number | undefined,
): string[] {
  const { selector, podAnnotations, podLabels, name } = workload;
  if (selector === undefined) return [];
  const scrape = podAnnotations['prometheus.io/scrape'];
  const text = podAnnotations['prometheus.io/port'];
  if (scrape !== 'true') {
    const isAsked = holdsProduct(rendered) && (adminPort !== undefined || name === 'rabbitmq');
    return isAsked && !isMonitored(rendered, workload)
      ? ['is not scraped (prometheus.io/scrape)']
      : [];
  }
  const port = Number(text);
  const problems: string[] = [];
  if (portNumber(workload, port) === undefined) {
    problems.push(`is scraped at port ${String(text)}, which it has not`);
  } else if (adminPort !== undefined && port !== adminPort) {
    problems.push(`is scraped at port ${port}, expected its admin port ${adminPort}`);
  }
  // The label is the `job` of every series, and observability/prometheus keeps no others.
  if (podLabels['app'] !== name)
    problems.push(`expected the label app: ${name}, got ${String(podLabels['app'])}`);
  return problems;
}

function isMonitored({ objects }: Rendered, { podLabels }: Workload): boolean {
  const services = ofKind(objects, 'Service').filter(
    ({ spec }) => spec.selector !== undefined && selects({ matchLabels: spec.selector }, podLabels),
  );
  return (
    ofKind(objects, 'PodMonitor').some(({ spec }) => selects(spec.selector, podLabels)) ||
    ofKind(objects, 'ServiceMonitor').some(({ spec }) =>
      services.some(({ metadata }) => selects(spec.selector, metadata.labels ?? {})),
    )
  );
}
