import { Command, InvalidArgumentError } from 'commander';
import { runChaos, type ChaosReport } from './chaos/chaos';
import { makeSchedule, scheduleLines } from './chaos/schedule';
import { shownStages } from './chaos/stages';
import { judgementTable } from './chaos/table';
import { inColor } from './in-color';
import { runMain } from './run-main';
import { untilInterrupted } from './until-interrupted';

interface Given {
  readonly jobs: number;
  readonly seed: number;
  readonly workers: number;
  readonly showSchedule?: true;
  readonly json?: true;
  readonly journal?: string;
}

function wholeNumber(least: number, most: number): (given: string) => number {
  return (given) => {
    const number = Number(given);
    if (/^\d+$/.test(given) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}

/** `npm run chaos`: exit code 0 when every promise was kept, 1 when not, 2 for wrong usage. */
runMain(async () => {
  let exitCode = 0;
  await new Command('chaos')
    .description(
      'Kill, pause and cut off everything while listeners upload, then look for what was lost or done twice.',
    )
    .option('--jobs <number>', 'uploads', wholeNumber(1, 100_000), 40)
    .option('--seed <number>', 'same seed, same events', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('--workers <number>', 'converters', wholeNumber(1, 16), 2)
    .option('--show-schedule', 'print the events and do nothing')
    .option('--json', 'print JSON')
    .option('--journal <file>', 'write everything that happens to this file, as lines of JSON')
    .addHelpText('after', '\nExit codes: 0 all promises kept, 1 some were not, 2 wrong usage.')
    .exitOverride()
    .action(async (given: Given) => {
      exitCode = await chaos(given);
    })
    .parseAsync();
  return exitCode;
});

async function chaos({ showSchedule, json, journal, ...sizes }: Given): Promise<number> {
  if (showSchedule === true) {
    const schedule = makeSchedule(sizes);
    const shown = json === true ? JSON.stringify(schedule, null, 2) : scheduleLines(schedule);
    console.log(typeof shown === 'string' ? shown : shown.join('\n'));
    return 0;
  }
  const report = await runChaos({
    ...sizes,
    ...(journal === undefined ? {} : { journalFile: journal }),
    stages: shownStages(process.stderr),
    signal: untilInterrupted(),
  });
  console.log(json === true ? asJson(report) : asText(report));
  return report.held ? 0 : 1;
}

function asJson({ schedule, ...report }: ChaosReport): string {
  return JSON.stringify({ ...report, events: schedule.events.length }, null, 2);
}

/** A person reads no more of them; where everything is lost, one is like the other. */
const mostStories = 10;

function asText(report: ChaosReport): string {
  const color = inColor(process.stdout);
  const { violations, notes } = report;
  const stories = Object.values(report.stories);
  const told = stories.slice(0, mostStories);
  const untold = stories.length - told.length;
  return [
    judgementTable(report, color),
    ...notes.map((note) => `note: ${note}`),
    ...violations.map(({ rule, jobId, text }) => `${rule}: ${jobId ?? 'no job'}: ${text}`),
    ...told.flatMap((story) => ['', ...story]),
    ...(untold > 0 ? ['', `${untold} more stories: --json prints all of them`] : []),
  ].join('\n');
}
