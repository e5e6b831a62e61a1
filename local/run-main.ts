import { StackError } from './stack-error';

/** Runs an entry point: what a person can mend is told in its own words, without a stack trace. */
export function runMain(main: () => Promise<number>): void {
  main().then(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    (error: unknown) => {
      console.error(error instanceof StackError ? error.message : error);
      process.exitCode = 1;
    },
  );
}
