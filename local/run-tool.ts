import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findDaemon } from './daemon/supervisor';
import { repositoryDirectory } from './repository-directory';
import type { ServerName } from './servers/servers';
import type { StackConfig } from './stack-config';
import { StackError } from './stack-error';
import { findStackConfig } from './stack-record';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Tool {
  /** Below the checkout, for example `dist/auth/users-main.js`. */
  readonly entry: string;
  /** The variable whose presence says that another server than the stack's is meant. */
  readonly marker: string;
  /** The stack's server that it talks to. */
  readonly server: ServerName;
  readonly environment: (config: StackConfig) => Environment;
}

/**
 * Runs one of the product's commands with a person's own arguments and terminal. Where the
 * environment says which server is meant, that one is; otherwise this checkout's stack.
 *
 * @returns the command's exit code
 * @throws StackError when it would need the stack, which does not run
 */
export async function runTool(tool: Tool, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(repositoryDirectory(), tool.entry), ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...(asksForHelp(args) ? {} : stackEnvironment(tool)) },
  });
  // The terminal sends Ctrl-C to both; the command decides what it means.
  process.on('SIGINT', () => undefined);
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** Nothing where the environment names another server. */
function stackEnvironment({ marker, server, environment }: Tool): Environment {
  if (process.env[marker] !== undefined || process.env[`${marker}_FILE`] !== undefined) return {};
  const config = findStackConfig(process.env, 'local');
  if (findDaemon(config, server) === undefined) {
    throw new StackError(
      `the stack is not running: start it with npm run up (or set ${marker} to use another server)`,
    );
  }
  return environment(config);
}

/** Help needs no server; a command without arguments prints it, too. */
function asksForHelp(args: readonly string[]): boolean {
  return args.length === 0 || args[0] === 'help' || args.some((a) => a === '--help' || a === '-h');
}
