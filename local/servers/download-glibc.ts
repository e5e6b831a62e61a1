import { execFile } from 'node:child_process';
import {
  copyFileSync,
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
const packages = ['libc6', 'libstdc++6', 'libgcc-s1'];

/**
 * Fetches the C and C++ libraries of a later Debian release through the machine's own package
 * sources and unpacks them, flat, into `directory`. apt keeps all its state below that directory
 * and checks signatures as always; it needs no root.
 *
 * @param otherWays what a person can do instead, for the error's text
 */
export async function downloadGlibc(directory: string, otherWays: string): Promise<void> {
  const work = `${directory}.new`;
  rmSync(work, { recursive: true, force: true });
  const sources = laterDebianSources(systemSources(), suite);
  if (!existsSync('/usr/bin/apt-get') || sources.length === 0) {
    throw new StackError(
      `this machine's C library is too old for the MongoDB engine (2.38 is needed), and it has no Debian package sources to fetch a newer one from: ${otherWays}`,
    );
  }
  for (const part of ['sources', 'lists/partial', 'cache/archives/partial', 'packages', 'root']) {
    mkdirSync(join(work, part), { recursive: true });
  }
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
    await run('apt-get', [...apt, '-qq', 'update']);
    await run('apt-get', [...apt, '-qq', 'download', ...packages], { cwd: join(work, 'packages') });
    for (const file of readdirSync(join(work, 'packages'))) {
      await run('dpkg-deb', ['-x', join(work, 'packages', file), join(work, 'root')]);
    }
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new StackError(
      `cannot fetch a newer C library for the MongoDB engine (is there a network?): ${(stderr ?? String(error)).trim()}; ${otherWays}`,
    );
  }
  flatten(join(work, 'root'), join(work, 'flat'));
  rmSync(directory, { recursive: true, force: true });
  renameSync(join(work, 'flat'), directory);
  rmSync(work, { recursive: true, force: true });
}

/** All libraries of the unpacked packages in one directory, for the loader's --library-path. */
function flatten(root: string, target: string): void {
  mkdirSync(target);
  const [multiarch] = globSync('usr/lib/*-linux-gnu', { cwd: root });
  if (multiarch === undefined) throw new Error(`no libraries in ${root}`);
  for (const name of readdirSync(join(root, multiarch))) {
    if (!name.includes('.so')) continue;
    // Follows the links that carry the names programs ask for.
    copyFileSync(join(root, multiarch, name), join(target, name));
  }
}

function systemSources(): { name: string; text: string }[] {
  return ['/etc/apt/sources.list', ...globSync('/etc/apt/sources.list.d/*')]
    .filter((path) => existsSync(path))
    .map((path) => ({ name: path, text: readFileSync(path, 'utf8') }));
}
