import { Command, InvalidArgumentError } from 'commander';
import { benchMemory, memoryTable } from './bench/memory';
import { runMain } from './run-main';

function mebibytes(given: string): number {
  const size = Number(given);
  if (Number.isInteger(size) && size >= 1 && size <= 65_536) return size;
  throw new InvalidArgumentError('expected a whole number from 1 to 65536');
}

/** `npm run bench -- NAME`: measurements on real servers. The exit code says whether limits held. */
runMain(async () => {
  let exitCode = 0;
  const program = new Command('bench').description('Measure the product on servers of its own.');
  program
    .command('memory')
    .description('growth of each process while a big video is uploaded, converted, downloaded')
    .option('--size-mib <number>', 'size of the video', mebibytes, 1_024)
    .option('--json', 'print JSON')
    .action(async ({ sizeMib, json }: { sizeMib: number; json?: true }) => {
      const result = await benchMemory(sizeMib, (line) => {
        process.stderr.write(`${line}\n`);
      });
      const color = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
      console.log(json === true ? JSON.stringify(result, null, 2) : memoryTable(result, color));
      exitCode = result.held ? 0 : 1;
    });
  await program.parseAsync();
  return exitCode;
});
