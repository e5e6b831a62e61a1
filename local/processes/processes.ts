import { startDaemon, stopDaemon } from '../daemon/supervisor';
import type { StartOptions, StopOptions } from '../servers/servers';
import type { StackConfig } from '../stack-config';
import { StackError } from '../stack-error';
import { createProductProcess, processNames } from './product-process';
import { runCommand } from './run-command';

/**
 * Brings the users' table up to date and starts the product's processes, all at once; each comes
 * up whatever the others do. Callers hold the lock, and the servers run.
 */
export async function startProcesses(
  config: StackConfig,
  { listener, signal }: StartOptions = {},
): Promise<void> {
  const migration = await runCommand(config, 'dist/auth/migrate-main.js');
  if (migration.exitCode !== 0) {
    throw new StackError(`the migration of the users' table failed: ${migration.output}`);
  }
  const results = await Promise.allSettled(
    processNames.map(async (name) => {
      const daemon = createProductProcess(config, name);
      const begin = performance.now();
      const result = await startDaemon(config, daemon, signal);
      listener?.(daemon, result, performance.now() - begin);
    }),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

/**
 * The gateway first, so that nothing new arrives; the workers and the relay next, which finish or
 * hand back what they have; auth, which both may still ask, last.
 */
export async function stopProcesses(
  config: StackConfig,
  { listener, deadlineMs }: StopOptions = {},
): Promise<void> {
  for (const group of [['gateway'], ['relay', 'converter', 'notification'], ['auth']] as const) {
    await Promise.all(
      group.map(async (name) => {
        const daemon = createProductProcess(config, name);
        const result = await stopDaemon(config, daemon, deadlineMs);
        listener?.(daemon, result);
      }),
    );
  }
}
