import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { type PartName, partNames } from './deploy/part';
import { reportText } from './deploy/report-text';
import { verifyDeploy } from './deploy/verify-deploy';
import { inColor } from './in-color';
import { repositoryDirectory } from './repository-directory';
import { runMain } from './run-main';
import { sayProgress } from './say-progress';
import { untilInterrupted } from './until-interrupted';

/** EX_UNAVAILABLE of sysexits(3): a part could not be run on this machine. */
const exitNotRun = 69;

/**
 * `npm run verify:deploy`: exit code 0 when nothing was found, 1 when something was, 2 for wrong
 * usage, 69 when a part that was asked for could not be run.
 */
runMain(async () => {
  let exitCode = 0;
  await new Command('npm run verify:deploy --')
    .description(
      'Check what is deployed, without a registry and without a cluster: build the image and look into it, run the compose stack on stand-ins for the servers and roll it under load, and check the manifests and the compose file.',
    )
    .addArgument(new Argument('[part...]', 'only these').choices(partNames))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\n"image" and "compose" need root: they start a container engine of their own.\n\nExit codes: 0 nothing found, 1 something found, 2 wrong usage, 69 a part could not be run here.',
    )
    .exitOverride()
    .action(async (given: readonly PartName[], { json = false }: { json?: boolean }) => {
      const repository = repositoryDirectory();
      const reports = await verifyDeploy(given.length === 0 ? partNames : given, {
        repository,
        directory: join(repository, '.local/deploy'),
        signal: untilInterrupted(),
        say: sayProgress(),
      });
      console.log(
        json ? JSON.stringify(reports, null, 2) : reportText(reports, inColor(process.stdout)),
      );
      if (reports.some(({ findings }) => findings.length > 0)) exitCode = 1;
      else if (reports.some(({ notRun }) => notRun !== undefined)) exitCode = exitNotRun;
    })
    .parseAsync();
  return exitCode;
});
