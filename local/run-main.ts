import { CommanderError } from 'commander';
import { StackError } from './stack-error';

/** As the users and queues commands. */
const exitWrongUsage = 2;

/** Runs an entry point: what a person can mend is told in its own words, without a stack trace. */
export function runMain(main: () => Promise<number>): void {
  main().then(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    (error: unknown) => {
      if (error instanceof CommanderError) {
        // It has said what is wrong, or printed the help that was asked for.
        process.exitCode = error.exitCode === 0 ? 0 : exitWrongUsage;
        return;
      }
      console.error(error instanceof StackError ? error.message : error);
      process.exitCode = 1;
    },
  );
}
