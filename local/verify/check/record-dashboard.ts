import type { Dashboard, Panel, Target } from '../dashboards/dashboard';
import type {
  RecordedAlert,
  RecordedMark,
  RecordedTarget,
  Recording,
} from '../dashboards/recording';
import { substituteVariables, type Variables } from '../dashboards/substitute-variables';
import type { PrometheusClient } from '../prometheus-client';
import { scaleExpression } from '../rules/scale-durations';
import { hasData } from './has-data';

/** Points of a curve; more than the pixels of a panel in the README are of no use. */
const mostPoints = 150;
const rateInterval = '10s';

export interface PanelCheck {
  readonly dashboard: string;
  readonly panel: string;
  readonly queries: number;
  /** Empty when every query of it found something. */
  readonly problems: readonly string[];
}

export interface Span {
  readonly fromS: number;
  readonly toS: number;
}

/** Asks every query of a dashboard over the run, as Grafana would. */
export async function recordDashboard(
  dashboard: Dashboard,
  prometheus: PrometheusClient,
  { fromS, toS }: Span,
  alerts: readonly RecordedAlert[],
): Promise<{ readonly recording: Recording; readonly checks: readonly PanelCheck[] }> {
  const variables = await variablesOf(prometheus, { fromS, toS });
  const stepS = Math.max(1, Math.ceil((toS - fromS) / mostPoints));
  const panels: Record<string, RecordedTarget[]> = {};
  const checks: PanelCheck[] = [];
  for (const panel of dashboard.panels) {
    const problems: string[] = [];
    const recorded: RecordedTarget[] = [];
    for (const target of panel.targets) {
      try {
        const one = await recordTarget(target, variables, prometheus, { fromS, toS }, stepS);
        recorded.push(one);
        if (!hasData(one.over)) problems.push(`${one.expression} found nothing`);
      } catch (error) {
        problems.push(String(error));
      }
    }
    panels[String(panel.id)] = recorded;
    checks.push(checkOf(dashboard, panel, problems));
  }
  const marks = await marksOf(dashboard, variables, prometheus, { fromS, toS });
  return { recording: { uid: dashboard.uid, fromS, toS, panels, marks, alerts }, checks };
}

function checkOf(dashboard: Dashboard, panel: Panel, problems: readonly string[]): PanelCheck {
  const { title, targets } = panel;
  return { dashboard: dashboard.uid, panel: title, queries: targets.length, problems };
}

async function recordTarget(
  { refId, expr }: Target,
  variables: Variables,
  prometheus: PrometheusClient,
  { fromS, toS }: Span,
  stepS: number,
): Promise<RecordedTarget> {
  const expression = substituteVariables(scaleExpression(expr), variables);
  const over = await prometheus.queryRange(expression, fromS, toS, stepS);
  const now = await prometheus.query(expression, toS);
  return { refId, expression, over, now };
}

/** What "All" stands for in the variables that a reader of the dashboard chooses. */
async function variablesOf(prometheus: PrometheusClient, span: Span): Promise<Variables> {
  const lengthS = Math.ceil(span.toS - span.fromS);
  return {
    namespace: await labelValues(prometheus, 'build_info', 'namespace', span),
    queue: await labelValues(prometheus, 'queue:ready:sum', 'queue', span),
    __rate_interval: rateInterval,
    __interval: '1s',
    __range: `${lengthS}s`,
    __range_s: String(lengthS),
  };
}

async function labelValues(
  prometheus: PrometheusClient,
  metric: string,
  label: string,
  { fromS, toS }: Span,
): Promise<string[]> {
  const found = await prometheus.queryRange(`group by (${label}) (${metric})`, fromS, toS, 5);
  return found.flatMap(({ labels }) => labels[label] ?? []).toSorted();
}

/** Moments that a dashboard marks. One whose value is a time is where that time is. */
async function marksOf(
  dashboard: Dashboard,
  variables: Variables,
  prometheus: PrometheusClient,
  { fromS, toS }: Span,
): Promise<RecordedMark[]> {
  const marks: RecordedMark[] = [];
  for (const { name, iconColor: color, expr, useValueForTime } of dashboard.annotations.list) {
    const expression = substituteVariables(scaleExpression(expr), variables);
    const found = await prometheus.queryRange(expression, fromS, toS, 1);
    const times = found.flatMap(({ points }) =>
      useValueForTime
        ? points.map(([, valueMs]) => valueMs / 1_000)
        : points
            .filter(([atS], index) => atS - (points[index - 1]?.[0] ?? 0) > 1.5)
            .map(([atS]) => atS),
    );
    for (const atS of new Set(times)) {
      if (atS > fromS && atS < toS) marks.push({ name, color, atS });
    }
  }
  return marks.toSorted((a, b) => a.atS - b.atS);
}
