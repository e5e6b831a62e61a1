import {
  accessSync,
  constants,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readLivingProcess } from './daemon/pid-file';
import {
  loadStackConfig,
  stateDirectoryVariable,
  type StackConfig,
  type StackKind,
} from './stack-config';
import { StackError } from './stack-error';

const recordSchema = z.object({ portBase: z.number() });

/** Notes which ports the stack of this directory was started on. Callers hold the lock. */
export function recordStack(config: StackConfig): void {
  const path = recordPath(config.stateDirectory);
  mkdirSync(join(config.stateDirectory, 'run'), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify({ portBase: config.portBase }));
}

/**
 * The config of a stack: of the running one where one runs, on whatever ports it was started;
 * otherwise as the environment says.
 */
export function findStackConfig(
  environment: Readonly<Record<string, string | undefined>>,
  kind: StackKind,
): StackConfig {
  const config = loadStackConfig(environment, kind);
  requireUsable(config.stateDirectory, kind, false);
  const running = runningPortBase(config.stateDirectory);
  if (running === undefined || running === config.portBase) return config;
  return loadStackConfig({ ...environment, [config.baseVariable]: String(running) }, kind);
}

/**
 * The same for starting: another base than the running stack's is a contradiction.
 *
 * @throws StackError that says how to resolve it
 */
export function stackConfigToStart(
  environment: Readonly<Record<string, string | undefined>>,
  kind: StackKind,
): StackConfig {
  const wanted = loadStackConfig(environment, kind);
  requireUsable(wanted.stateDirectory, kind, true);
  const found = findStackConfig(environment, kind);
  if (environment[wanted.baseVariable] !== undefined && wanted.portBase !== found.portBase) {
    throw new StackError(
      `the stack is up on ports from ${found.portBase}, and ${wanted.baseVariable} asks for ${wanted.portBase}: stop it first (npm run down)`,
    );
  }
  return found;
}

/** What was never made is no problem: nothing runs there. */
function requireUsable(directory: string, kind: StackKind, make: boolean): void {
  try {
    if (make) mkdirSync(directory, { recursive: true, mode: 0o700 });
    readdirSync(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !make) return;
    throw new StackError(
      `${stateDirectoryVariable(kind)}: expected a directory that can be made and written to, got ${directory} (${code ?? String(error)})`,
    );
  }
}

function runningPortBase(stateDirectory: string): number | undefined {
  const pidFiles = globSync(join(stateDirectory, 'run', '*.json'));
  if (!pidFiles.some((path) => readLivingProcess(path))) return undefined;
  return recordSchema.parse(JSON.parse(readFileSync(recordPath(stateDirectory), 'utf8'))).portBase;
}

function recordPath(stateDirectory: string): string {
  return join(stateDirectory, 'run', 'stack');
}
