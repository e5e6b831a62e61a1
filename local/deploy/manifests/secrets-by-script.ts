import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installFakeKubectl } from './fake-kubectl';
import type { SecretKeys } from './model/rendered';

const run = promisify(execFile);

/** What a person gives the script, as the tutorial's reader has it. */
const given = {
  MYSQL_PASSWORD: 'x',
  GMAIL_ADDRESS: 'x@x.example',
  GMAIL_PASSWORD: 'x',
};

/**
 * The Secrets that a script makes with kubectl where none is there yet, by running it against a
 * kubectl that keeps what it is told. So the script itself is the definition.
 *
 * @throws Error with what the script wrote where it fails
 */
export async function secretsByScript(script: string): Promise<ReadonlyMap<string, SecretKeys>> {
  const directory = mkdtempSync(join(tmpdir(), 'secrets-by-script-'));
  try {
    const kubectl = installFakeKubectl(directory);
    const path = `${kubectl.binDirectory}:/usr/bin:/bin`;
    const environment = { PATH: path, TMPDIR: directory, ...given };
    await run('sh', [script], { env: environment }).catch((error: unknown) => {
      throw new Error(`${script} failed: ${String(error)}`, { cause: error });
    });
    return kubectl.secrets();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
