import { buildDashboard, type Dashboard } from './build-dashboard';
import { gatewayAndAuth } from './gateway-and-auth';
import { queues } from './queues';
import { service } from './service';
import { workers } from './workers';

export const dashboards: readonly Dashboard[] = [service, queues, workers, gatewayAndAuth];

export interface WrittenFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The files that Grafana reads; `npm run docs` writes them. */
export function writtenDashboards(): WrittenFile[] {
  return dashboards.map((dashboard) => ({
    path: `observability/grafana/dashboards/${dashboard.uid}.json`,
    text: asJson(buildDashboard(dashboard)),
  }));
}

/**
 * As Prettier would lay it out: lists of plain values on one line. The SDK puts links and
 * annotations into a menu unless told otherwise, and has no word for otherwise: left out, they show.
 */
function asJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (key, part: unknown) => (key === 'placement' && part === 'inControlsMenu' ? undefined : part),
    2,
  );
  const short = text.replace(/\[\s+([^[\]{}]+?)\s+\]/g, (_, values: string) => {
    return `[${values.replace(/,\s+/g, ', ')}]`;
  });
  return `${short}\n`;
}
