import type { RecordedAlert } from '../dashboards/recording';
import type { PrometheusClient } from '../prometheus-client';

/** Every time an alert fired in a span, once for each time. */
export async function firedAlerts(
  prometheus: PrometheusClient,
  fromS: number,
  toS: number,
): Promise<RecordedAlert[]> {
  const firing = 'group by (alertname) (ALERTS{alertstate="firing"})';
  const found = await prometheus.queryRange(firing, fromS, toS, 1);
  return found.flatMap(({ labels, points }) => {
    const spans: { name: string; fromS: number; toS: number }[] = [];
    for (const [atS] of points) {
      const last = spans.at(-1);
      if (last !== undefined && atS - last.toS < 1.5) last.toS = atS;
      else spans.push({ name: labels['alertname'] ?? '', fromS: atS, toS: atS });
    }
    return spans;
  });
}
