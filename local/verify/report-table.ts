import { styleText } from 'node:util';
import Table from 'cli-table3';
import { problemsOf, type Report } from './report';

/** What a person reads at the end of a run. */
export function reportText(report: Report, color: boolean): string {
  const problems = problemsOf(report);
  const { rules, panels, quiet, metrics, promtool } = report;
  const dashboards = [...new Set(panels.map(({ dashboard }) => dashboard))];
  const records = rules.filter(({ kind }) => kind === 'record');
  const alerts = rules.filter(({ kind }) => kind === 'alert');
  const summary = table(['checked', 'holds', 'of']);
  summary.push(
    ...dashboards.map((uid) => {
      const own = panels.filter(({ dashboard }) => dashboard === uid);
      return [`dashboard ${uid}: panels with data`, ...count(own.map((one) => one.problems))];
    }),
    ['recording rules with data', ...count(records.map((one) => one.problem ?? []))],
    ['alert expressions with data', ...count(alerts.map((one) => one.problem ?? []))],
    ['alerts fired, mailed, ended', ...count(report.alerts.map((one) => one.problem ?? []))],
    ...quiet.map(({ situation, lastedS, problem }): [string, string, string] => [
      `silent while "${situation}" (${lastedS.toFixed(0)} s)`,
      problem === null ? 'yes' : 'NO',
      '',
    ]),
    [
      'metrics of the table on /metrics, none beside it',
      String(metrics.expected - metrics.problems.length),
      String(metrics.expected),
    ],
    ...promtool.map(({ command, ok }): [string, string, string] => [
      `promtool ${command}`,
      ok ? 'yes' : 'NO',
      '',
    ]),
  );
  const lines = [alertTable(report), summary.toString(), ''];
  for (const { path, bytes } of report.pictures) {
    lines.push(`drawn: ${path} (${Math.ceil(bytes / 1_000)} kB)`);
  }
  const verdict =
    problems.length === 0
      ? 'All of it holds.'
      : `${problems.length} ${problems.length === 1 ? 'thing does' : 'things do'} not hold:`;
  const shown = color ? styleText(problems.length === 0 ? 'green' : 'red', verdict) : verdict;
  lines.push('', `${shown} (${report.tookS.toFixed(0)} s)`, ...problems.map((one) => `- ${one}`));
  return lines.join('\n');
}

function alertTable({ alerts }: Report): string {
  const shown = table(['alert', 'situation', 'fired after', 'ended after', 'mailed']);
  const seconds = (value: number | null): string =>
    value === null ? '-' : `${value.toFixed(1)} s`;
  shown.push(
    ...alerts.map(({ name, situation, firedAfterS, endedAfterS, mailed }) => [
      name,
      situation,
      seconds(firedAfterS),
      seconds(endedAfterS),
      mailed ? 'yes' : 'NO',
    ]),
  );
  return shown.toString();
}

function table(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } });
}

/** How many of them have no problem, and how many there are. */
function count(problems: readonly (string | readonly string[])[]): [string, string] {
  const good = problems.filter(({ length }) => length === 0).length;
  return [String(good), String(problems.length)];
}
