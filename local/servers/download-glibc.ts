import { copyFileSync, globSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { downloadDebian } from './download-debian';

/**
 * Fetches the C and C++ libraries of a later Debian release and puts them, flat, into `directory`,
 * beside what else is there.
 *
 * @param loader the library that comes last: where it is, the others are
 * @param otherWays what a person can do instead, for the error's text
 */
export async function downloadGlibc(
  directory: string,
  loader: string,
  otherWays: string,
): Promise<void> {
  const unpacked = `${directory}.glibc`;
  await downloadDebian({
    packages: ['libc6', 'libstdc++6', 'libgcc-s1'],
    directory: unpacked,
    what: 'a newer C library for the MongoDB engine',
    lack: "this machine's C library is too old for the MongoDB engine (2.38 is needed)",
    otherWays,
  });
  const [libraries] = globSync('usr/lib/*-linux-gnu', { cwd: unpacked });
  if (libraries === undefined) throw new Error(`no libraries in ${unpacked}`);
  mkdirSync(directory, { recursive: true });
  const names = readdirSync(join(unpacked, libraries)).filter((name) => name.includes('.so'));
  for (const name of [...names.filter((other) => other !== loader), loader]) {
    const target = join(directory, name);
    // Follows the links that carry the names programs ask for; renamed, so never half there.
    copyFileSync(join(unpacked, libraries, name), `${target}.new`);
    renameSync(`${target}.new`, target);
  }
  rmSync(unpacked, { recursive: true, force: true });
}
