import { ConfigError } from './config';

export interface RunningProcess {
  /** Finishes or hands back running work, closes connections. */
  stop(): Promise<void>;
}

/** `EX_CONFIG` of sysexits(3): a restart will not help, somebody must change a setting. */
const exitBadConfiguration = 78;

/** How long a start that is under way is waited for before a stop, in milliseconds. */
const startGraceMs = 5_000;

/**
 * Runs a process until SIGTERM or SIGINT, then stops it. Exit code 0 after a clean stop, 78 for a
 * configuration that cannot work, 1 for anything else. How long a stop may take is for the process
 * itself to bound, and in the end for the platform's grace period.
 */
export function runProcess(start: () => Promise<RunningProcess>): void {
  const starting = Promise.resolve().then(start);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    // A start that waits for a server may take for ever, and has nothing to finish.
    const stillStarting = setTimeout(() => process.exit(0), startGraceMs);
    starting
      .then((running) => {
        clearTimeout(stillStarting);
        return running.stop();
      })
      .then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('uncaughtException', fail);
  starting.catch(fail);
}

function fail(error: unknown): never {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(exitBadConfiguration);
  }
  const described = Error.isError(error) ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ level: 'fatal', time: new Date(), msg: described })}\n`);
  process.exit(1);
}
