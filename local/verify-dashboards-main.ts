import { Command } from 'commander';
import { inColor } from './in-color';
import { runMain } from './run-main';
import { sayProgress } from './say-progress';
import { StackError } from './stack-error';
import { untilInterrupted } from './until-interrupted';
import {
  documentationDirectory,
  drawRecordings,
  lastRecordings,
  outputDirectory,
  readDashboards,
} from './verify/record';
import { problemsOf, type Report } from './verify/report';
import { reportText } from './verify/report-table';
import type { Situation } from './verify/situations/situation';
import { situations } from './verify/situations/situations';
import { verify } from './verify/verify';

interface Given {
  readonly write?: boolean;
  readonly json?: boolean;
  readonly redraw?: boolean;
  readonly only?: string;
}

/** `npm run verify:dashboards`: exit code 0 when all of it held, 1 when not, 2 for wrong usage. */
runMain(async () => {
  let exitCode = 0;
  await new Command('npm run verify:dashboards --')
    .description(
      'Drive the product through success, failures and outages under Prometheus, in which a minute lasts a second; then check that every panel and every rule finds data and that each alert fires when it should and only then, and draw the dashboards.',
    )
    .option('--write', `draw into ${documentationDirectory} instead of ${outputDirectory}`)
    .option('--json', 'print JSON')
    .option('--redraw', 'only draw again what the last run recorded')
    .option('--only <words>', 'only the situations whose name has one of these, by commas')
    .addHelpText(
      'after',
      `\nSituations:\n${situations.map(({ name }) => `  ${name}`).join('\n')}\n\nExit codes: 0 all of it holds, 1 something does not, 2 wrong usage.`,
    )
    .exitOverride()
    .action(async (given: Given) => {
      exitCode = await run(given);
    })
    .parseAsync();
  return exitCode;
});

async function run({ write = false, json = false, redraw = false, only }: Given): Promise<number> {
  if (redraw) {
    const directory = write ? documentationDirectory : outputDirectory;
    for (const { path } of drawRecordings(readDashboards(), lastRecordings(), directory)) {
      console.log(path);
    }
    return 0;
  }
  const report = await verify({
    situations: chosen(only),
    write,
    say: sayProgress(),
    signal: untilInterrupted(),
  });
  const problems = problemsOf(report);
  console.log(json ? asJson(report, problems) : reportText(report, inColor(process.stdout)));
  return problems.length === 0 ? 0 : 1;
}

function chosen(only: string | undefined): readonly Situation[] {
  if (only === undefined) return situations;
  const words = only.split(',');
  const found = situations.filter(({ name }) => words.some((word) => name.includes(word)));
  if (found.length === 0)
    throw new StackError(`no situation has "${only}" in its name; see --help`);
  return found;
}

function asJson(report: Report, problems: readonly string[]): string {
  return JSON.stringify({ held: problems.length === 0, problems, ...report }, null, 2);
}
