import { existsSync } from 'node:fs';
import { arch } from 'node:process';
import { join } from 'node:path';
import { StackError } from '../stack-error';
import { withStateLock } from '../state-lock';
import { downloadGlibc } from './download-glibc';

/** What the engine's binary asks for (`GLIBC_2.38` among its symbols). */
const neededGlibc = [2, 38] as const;

const loaderNames: Readonly<Partial<Record<string, string>>> = {
  x64: 'ld-linux-x86-64.so.2',
  arm64: 'ld-linux-aarch64.so.1',
};

/**
 * What to put in front of `node` so that the engine finds a C library that is new enough: nothing
 * where the machine's own is; otherwise the loader and libraries of a later Debian, fetched once
 * into `libraryDirectory` for this one process. Nothing of the system's is touched.
 */
export async function loaderForEngine(libraryDirectory: string): Promise<string[]> {
  if (isNewEnough(glibcVersion())) return [];
  const loader = loaderNames[arch];
  if (loader === undefined) {
    throw new StackError(`the MongoDB engine does not run on ${arch}: ${otherWays}`);
  }
  await withStateLock(libraryDirectory, async () => {
    if (!existsSync(join(libraryDirectory, loader))) {
      await downloadGlibc(libraryDirectory, loader, otherWays);
    }
  });
  return [join(libraryDirectory, loader), '--library-path', libraryDirectory];
}

const otherWays = 'put a mongod on the PATH, or run the stack with Docker (docker compose up)';

/** The C library this process runs on; undefined where it is not glibc. */
function glibcVersion(): string | undefined {
  const report = process.report.getReport() as unknown as {
    header: { glibcVersionRuntime?: string };
  };
  return report.header.glibcVersionRuntime;
}

/** Exported for its test. */
export function isNewEnough(version: string | undefined): boolean {
  if (version === undefined) return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor, neededMinor] = neededGlibc;
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}
