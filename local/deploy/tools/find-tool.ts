import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withStateLock } from '../../state-lock';
import { downloadDebian } from '../../servers/download-debian';
import { isNewEnough, type LeastVersion } from './new-enough';

const run = promisify(execFile);

/** A program that checks what would be deployed; it needs no daemon and no cluster for it. */
export interface Tool {
  readonly name: string;
  readonly least: LeastVersion;
  /** Arguments on which it prints its version, without a server. */
  readonly versionArguments: readonly string[];
  /** Debian's package, and the program in it. */
  readonly debianPackage: string;
  readonly programInPackage: string;
  /** How a person gets it, for errors. */
  readonly install: string;
}

/**
 * The first of these programs that runs and is new enough; else Debian's, unpacked once below
 * `libraryDirectory` (two processes may ask at once: one downloads, the other waits).
 *
 * @throws StackError where neither is to be had, with what to install
 */
export async function findTool(
  tool: Tool,
  candidates: readonly string[],
  libraryDirectory: string,
): Promise<string> {
  const wanted = `${tool.name} ${tool.least.join('.')}`;
  const found: string[] = [];
  for (const program of candidates) {
    const version = await versionOf(program, tool.versionArguments);
    if (isNewEnough(version, tool.least)) return program;
    found.push(`${program}: ${version}`);
  }
  const directory = join(libraryDirectory, tool.debianPackage);
  const program = join(directory, tool.programInPackage);
  await withStateLock(directory, async () => {
    if (existsSync(program)) return;
    await downloadDebian({
      packages: [tool.debianPackage],
      directory,
      what: tool.name,
      lack: `this machine lacks ${wanted} or newer${found.length === 0 ? '' : ` (${found.join('; ')})`}`,
      otherWays: tool.install,
    });
  });
  return program;
}

/** What it prints; where it cannot run, what it complains of. */
async function versionOf(program: string, versionArguments: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(program, versionArguments, { timeout: 10_000 });
    return stdout.trim();
  } catch (error) {
    // Only the version's digits are looked for, and an error may hold some.
    return `it does not run (${String(error).replaceAll(/\d/g, '#').split('\n', 1).join('')})`;
  }
}
