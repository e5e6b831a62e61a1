import type { Metrics } from '../observability/metrics';
import type { MetricName } from '../observability/metric-table';

/** The counters of that name that are not zero, as `labels: value`; without labels, `: value`. */
export async function counted(metrics: Metrics, name: MetricName): Promise<string[]> {
  const lines = (await metrics.registry.metrics()).split('\n');
  return lines.flatMap((line) => {
    const [, labels = '', value = ''] = /^(?:[a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const series = line.startsWith(`${name}{`) || line.startsWith(`${name} `);
    return series && value !== '0' ? [`${labels.replaceAll('"', '')}: ${value}`] : [];
  });
}
