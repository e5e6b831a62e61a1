import { Command, InvalidArgumentError } from 'commander';
import { benchCapacity } from './bench/capacity';
import { capacityTable } from './bench/capacity-table';
import { benchDeadLetters } from './bench/dead-letters';
import { deadLettersTable } from './bench/dead-letters-table';
import { benchMemory, memoryTable } from './bench/memory';
import { benchScrape, scrapeTable } from './bench/scrape';
import { keepMeasured, readMeasured } from './capacity/measured';
import { writeScalingDocument } from './capacity/scaling-document';
import { inColor } from './in-color';
import { runMain } from './run-main';

function wholeNumber(least: number, most: number): (given: string) => number {
  return (given) => {
    const number = Number(given);
    if (/^\d+$/.test(given) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
}

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** `npm run bench -- NAME`: measurements on real servers. The exit code says whether limits held. */
runMain(async () => {
  let exitCode = 0;
  const program = new Command('bench').description('Measure the product on servers of its own.');
  program
    .command('memory')
    .description('growth of each process while a big video is uploaded, converted, downloaded')
    .option('--size-mib <number>', 'size of the video', wholeNumber(1, 65_536), 1_024)
    .option('--json', 'print JSON')
    .action(async ({ sizeMib, json }: { sizeMib: number; json?: true }) => {
      const result = await benchMemory(sizeMib, progress);
      const shown =
        json === true
          ? JSON.stringify(result, null, 2)
          : memoryTable(result, inColor(process.stdout));
      console.log(shown);
      exitCode = result.held ? 0 : 1;
    });
  program
    .command('dead-letters')
    .description('filing, looking at and replaying ten thousand dead letters while others upload')
    .option('--count <number>', 'dead letters', wholeNumber(20, 1_000_000), 10_000)
    .option('--json', 'print JSON')
    .action(async ({ count, json }: { count: number; json?: true }) => {
      const result = await benchDeadLetters(count, progress);
      const table = () => deadLettersTable(result, inColor(process.stdout));
      console.log(json === true ? JSON.stringify(result, null, 2) : table());
      exitCode = result.held ? 0 : 1;
    });
  program
    .command('scrape')
    .description('CPU time it costs to be scraped, with an empty queue and with a full one')
    .option('--count <number>', 'jobs in the full queue', wholeNumber(1, 1_000_000), 10_000)
    .option('--json', 'print JSON')
    .action(async ({ count, json }: { count: number; json?: true }) => {
      const result = await benchScrape(count, progress);
      const table = () => scrapeTable(result, inColor(process.stdout));
      console.log(json === true ? JSON.stringify(result, null, 2) : table());
      exitCode = result.held ? 0 : 1;
    });
  program
    .command('capacity')
    .description(
      'what the capacity model of docs/scaling.md reckons with, and how well it predicts',
    )
    .option('--json', 'print JSON')
    .option('--keep', 'write local/capacity/measured.json, and docs/scaling.md from it')
    .option('--document', 'measure nothing: write docs/scaling.md from what was kept')
    .action(async (options: { json?: true; keep?: true; document?: true }) => {
      const result = options.document === true ? readMeasured() : await benchCapacity(progress);
      if (options.keep === true) keepMeasured(result);
      if (options.keep === true || options.document === true) writeScalingDocument(result);
      const table = () => capacityTable(result, inColor(process.stdout));
      console.log(options.json === true ? JSON.stringify(result, null, 2) : table());
    });
  await program.parseAsync();
  return exitCode;
});
