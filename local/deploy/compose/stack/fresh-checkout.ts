import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../engine/run-program';
import { systemPath } from '../../../servers/system-path';

/** What `docker compose` reads of a checkout once its images are there. */
const parts = ['docker-compose.yml', 'compose', 'observability', 'README.md'] as const;

/**
 * A deployer's directory as it is on the first day: the files that git has, and what
 * `compose/generate-secrets.sh` makes.
 *
 * @returns its path; the caller removes it; nothing is left of it when making it failed
 */
export async function freshCheckout(repository: string, signal: AbortSignal): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'compose-'));
  try {
    for (const part of parts) {
      cpSync(join(repository, part), join(directory, part), { recursive: true });
    }
    await runProgram('sh', ['compose/generate-secrets.sh'], {
      directory,
      environment: { PATH: systemPath },
      signal,
    });
    return directory;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}
