import { deadLettersCommand } from './command/dead-letters-command';

const { stdin, stdout, stderr, env: environment } = process;

// `dead-letters list | head` closes the pipe early; that is no error of ours.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const terminal = {
  stdin,
  stdout,
  stderr,
  environment,
  onInterrupt: (listener: () => void) => {
    process.on('SIGINT', listener);
    return () => {
      process.off('SIGINT', listener);
    };
  },
};

deadLettersCommand(process.argv.slice(2), terminal).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    stderr.write(
      `dead-letters: unexpected: ${Error.isError(error) ? (error.stack ?? '') : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
