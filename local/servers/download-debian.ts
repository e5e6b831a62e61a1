import { execFile } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from '../stack-error';
import { laterDebianSources } from './debian-sources';

const run = promisify(execFile);
const suite = 'trixie';
const aptGet = '/usr/bin/apt-get';

export interface DebianDownload {
  readonly packages: readonly string[];
  /** Where the packages' files will be, as below `/`; there only when all of them are. */
  readonly directory: string;
  /** What comes from them, for errors: "kubectl 1.27". */
  readonly what: string;
  /** Why it is wanted, for errors: what this machine lacks. */
  readonly lack: string;
  /** What a person can do instead, for errors. */
  readonly otherWays: string;
}

/**
 * Fetches packages of a later Debian release through the machine's own package sources and unpacks
 * them. apt keeps all its state below the directory and checks signatures as always; it needs no
 * root, installs nothing, and takes no dependencies along.
 *
 * @throws StackError where there is no apt, no source of Debian's, or no network
 */
export async function downloadDebian(download: DebianDownload): Promise<void> {
  const { packages, directory, what, lack, otherWays } = download;
  const sources = laterDebianSources(systemSources(), suite);
  if (!existsSync(aptGet)) throw new StackError(`${lack}, and it has no apt-get: ${otherWays}`);
  if (sources.length === 0) {
    throw new StackError(
      `${lack}, and it has no Debian package sources to fetch ${what} from: ${otherWays}`,
    );
  }
  const work = `${directory}.new`;
  rmSync(work, { recursive: true, force: true });
  for (const part of ['sources', 'lists/partial', 'cache/archives/partial', 'packages', 'root']) {
    mkdirSync(join(work, part), { recursive: true });
  }
  // The system's own would have apt prefer versions of the system's release.
  writeFileSync(join(work, 'status'), '');
  for (const [index, source] of sources.entries()) {
    writeFileSync(join(work, 'sources', `${index}.${source.format}`), source.text);
  }
  const apt = [
    ['Dir::Etc::sourcelist', '/dev/null'],
    ['Dir::Etc::sourceparts', join(work, 'sources')],
    ['Dir::State::lists', join(work, 'lists')],
    ['Dir::State::status', join(work, 'status')],
    ['Dir::Cache', join(work, 'cache')],
    // As root, apt would download as a user that may not write here.
    ['APT::Sandbox::User', 'root'],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  try {
    await run(aptGet, [...apt, '-qq', 'update']);
    await run(aptGet, [...apt, '-qq', 'download', ...packages], { cwd: join(work, 'packages') });
    for (const file of readdirSync(join(work, 'packages'))) {
      await run('dpkg-deb', ['-x', join(work, 'packages', file), join(work, 'root')]);
    }
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new StackError(
      `cannot fetch ${what} (is there a network?): ${(stderr ?? String(error)).trim()}; ${otherWays}`,
    );
  }
  rmSync(directory, { recursive: true, force: true });
  renameSync(join(work, 'root'), directory);
  rmSync(work, { recursive: true, force: true });
}

function systemSources(): { name: string; text: string }[] {
  return ['/etc/apt/sources.list', ...globSync('/etc/apt/sources.list.d/*')]
    .filter((path) => existsSync(path))
    .map((path) => ({ name: path, text: readFileSync(path, 'utf8') }));
}
