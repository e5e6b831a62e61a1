import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { PartReport } from './part';

/** Of a terminal that is not wide; the names beside it take some fifty. */
const valueWidth = 90;

/** What a person reads at the end of a run. */
export function reportText(reports: readonly PartReport[], color: boolean): string {
  return reports.map((report) => partText(report, color)).join('\n\n');
}

function partText({ part, facts, findings, notRun }: PartReport, color: boolean): string {
  const table = new Table({
    style: { head: [], border: [] },
    colWidths: [null, valueWidth],
    wordWrap: true,
  });
  table.push(...facts.map(([name, value]) => [name, value]));
  const [verdict, hue] =
    notRun !== undefined
      ? ([`not run: ${notRun}`, 'yellow'] as const)
      : findings.length === 0
        ? (['nothing found', 'green'] as const)
        : ([`${findings.length} found:`, 'red'] as const);
  return [
    ...(facts.length > 0 ? [table.toString()] : []),
    `${part}: ${color ? styleText(hue, verdict) : verdict}`,
    ...findings.map(({ check, where, problem }) => `- ${check}: ${where}: ${problem}`),
  ].join('\n');
}
