import { usersCommand } from './users/users-command';

const { stdin, stdout, stderr, env: environment } = process;

// `users list | head` closes the pipe early; that is no error of ours.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

usersCommand(process.argv.slice(2), { stdin, stdout, stderr, environment }).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    stderr.write(`users: unexpected: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
