import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../servers/find-program';
import type { StackConfig } from '../stack-config';
import { StackError } from '../stack-error';

const run = promisify(execFile);
const packageName = 'mariadb-client';

export interface MariadbClient {
  readonly dump: string;
  readonly client: string;
}

/**
 * `mariadb-dump` and `mariadb`. The first is in Debian's mariadb-client, which the stack does not
 * need otherwise: where it is missing it is fetched through the machine's own package sources and
 * unpacked below `.local/`; nothing is installed.
 *
 * @throws StackError where that cannot be done
 */
export async function mariadbClient(config: StackConfig): Promise<MariadbClient> {
  const client = findProgram(config.executablePath, 'mariadb', 'mysql');
  if (client === undefined) throw new StackError('mariadb is missing: install mariadb-client-core');
  const installed = findProgram(config.executablePath, 'mariadb-dump', 'mysqldump');
  if (installed !== undefined) return { dump: installed, client };
  const directory = join(dirname(config.libraryDirectory), packageName);
  const dump = join(directory, 'usr/bin/mariadb-dump');
  if (!existsSync(dump)) await fetchTo(directory);
  return { dump, client };
}

async function fetchTo(directory: string): Promise<void> {
  mkdirSync(dirname(directory), { recursive: true });
  const work = mkdtempSync(`${directory}.`);
  try {
    // As root, apt would download as a user that may not write here.
    const apt = ['-qq', '-o', 'APT::Sandbox::User=root'];
    await run('apt-get', [...apt, 'download', packageName], { cwd: work });
    const [file = ''] = readdirSync(work);
    await run('dpkg-deb', ['-x', join(work, file), join(work, 'root')]);
    rmSync(directory, { recursive: true, force: true });
    renameSync(join(work, 'root'), directory);
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new StackError(
      `mariadb-dump is missing and ${packageName} cannot be fetched: ${stderr ?? String(error)}; install it with: apt-get install ${packageName}`,
    );
  } finally {
    rmSync(work, { recursive: true });
  }
}
