import type { PanelCheck } from './check/record-dashboard';
import type { RuleCheck } from './check/check-rules';
import type { PromtoolResult } from './check/promtool';
import type { AlertResult, QuietResult } from './play';

/** Everything that a run found out. */
export interface Report {
  readonly tookS: number;
  readonly panels: readonly PanelCheck[];
  readonly rules: readonly RuleCheck[];
  readonly quiet: readonly QuietResult[];
  readonly alerts: readonly AlertResult[];
  /** Alerts of the rules that no situation is for. */
  readonly uncovered: readonly string[];
  readonly metrics: { readonly expected: number; readonly problems: readonly string[] };
  readonly promtool: readonly PromtoolResult[];
  readonly pictures: readonly { readonly path: string; readonly bytes: number }[];
}

/** Why a run does not hold; empty when it does. */
export function problemsOf(report: Report): string[] {
  return [
    ...report.quiet.flatMap(({ situation, problem }) =>
      problem === null ? [] : [`${situation}: ${problem}`],
    ),
    ...report.alerts.flatMap(({ situation, problem }) =>
      problem === null ? [] : [`${situation}: ${problem}`],
    ),
    ...report.uncovered.map((name) => `${name}: no situation makes it fire`),
    ...report.panels.flatMap(({ dashboard, panel, problems }) =>
      problems.map((problem) => `${dashboard}, "${panel}": ${problem}`),
    ),
    ...report.rules.flatMap(({ name, problem }) =>
      problem === null ? [] : [`rule ${name}: ${problem}`],
    ),
    ...report.metrics.problems,
    ...report.promtool.flatMap(({ command, ok, output }) =>
      ok ? [] : [`promtool ${command}: ${output}`],
    ),
  ];
}
