import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Dashboard as GrafanaDashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { annotations } from './annotations';
import { buildPanel } from './build-panel';
import type { Panel } from './panel';
import { variable } from './variables';

/** One row of panels, side by side, all of one height. */
export interface Row {
  /** In Grafana's grid units of 30 pixels. */
  readonly height: number;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  /** The question it answers. */
  readonly description: string;
  /** Whether its queries name `$queue`. */
  readonly byQueue: boolean;
  readonly rows: readonly Row[];
}

const tag = 'video-to-mp3';

/* eslint-disable @typescript-eslint/no-deprecated --
   the SDK prefers schema v2; every Grafana reads this one, from files too */
export function buildDashboard(dashboard: Dashboard): GrafanaDashboard {
  const builder = new DashboardBuilder(dashboard.title)
    .uid(dashboard.uid)
    .description(dashboard.description)
    .tags([tag])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .refresh('30s')
    .variables([
      variable('datasource'),
      variable('namespace'),
      ...(dashboard.byQueue ? [variable('queue')] : []),
      variable('operator_url'),
    ])
    .annotations(annotations())
    .links([toTheOthers(), toTheOperatorPage()]);
  let id = 1;
  let y = 0;
  for (const { height, panels } of dashboard.rows) {
    let x = 0;
    for (const panel of panels) {
      builder.withPanel(buildPanel(panel, id, { x, y, height }));
      id += 1;
      x += panel.width;
    }
    y += height;
  }
  return builder.build();
}
/* eslint-enable @typescript-eslint/no-deprecated */

function toTheOthers() {
  return new DashboardLinkBuilder('Dashboards')
    .type(DashboardLinkType.Dashboards)
    .tags([tag])
    .keepTime(true)
    .includeVars(true);
}

function toTheOperatorPage() {
  return new DashboardLinkBuilder('Dead letters')
    .type(DashboardLinkType.Link)
    .icon('external link')
    .url('${operator_url:raw}/operator#/')
    .targetBlank(true);
}
