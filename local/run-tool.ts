import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryDirectory } from './repository-directory';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs one of the product's commands with a person's own arguments and terminal. Where the
 * environment says which server is meant, that one is; otherwise this checkout's stack.
 *
 * @param entry Below the checkout, for example `dist/auth/users-main.js`.
 * @param marker The variable whose presence says that another server is meant.
 * @returns the command's exit code
 */
export function runTool(
  entry: string,
  args: readonly string[],
  marker: string,
  stackEnvironment: () => Environment,
): Promise<number> {
  const ours = process.env[marker] === undefined && process.env[`${marker}_FILE`] === undefined;
  const child = spawn(process.execPath, [join(repositoryDirectory(), entry), ...args], {
    stdio: 'inherit',
    env: ours ? { ...process.env, ...stackEnvironment() } : process.env,
  });
  // The terminal sends Ctrl-C to both; the command decides what it means.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}
