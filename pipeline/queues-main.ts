import { queuesCommand } from './queues/queues-command';

const { stdout, stderr, env, argv } = process;

queuesCommand(argv.slice(2), env, {
  say: (line) => stdout.write(`${line}\n`),
  complain: (line) => stderr.write(`${line}\n`),
  color: stdout.isTTY && env['NO_COLOR'] === undefined,
}).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    stderr.write(
      `queues: unexpected: ${Error.isError(error) ? (error.stack ?? '') : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
