import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Deployment } from './model/deployment';
import { readDeployment } from './model/read-deployment';
import { runComposeConfig } from './model/run-compose';

const run = promisify(execFile);

/** Makes .env and .secrets/ in a directory that is not the checkout, as a person does once. */
export async function generateSecrets(repository: string, directory: string): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const script = join(repository, 'compose/generate-secrets.sh');
  const { stdout } = await run('sh', [script, directory]);
  return stdout;
}

/** The compose file as it would run with secrets made in `directory`. @throws ComposeRefused */
export async function prepareDeployment(
  repository: string,
  program: string,
  directory: string,
): Promise<Deployment> {
  await generateSecrets(repository, directory);
  const compose = await runComposeConfig({
    program,
    file: join(repository, 'docker-compose.yml'),
    projectDirectory: repository,
    environmentFile: join(directory, '.env'),
  });
  return readDeployment(repository, compose, join(directory, '.secrets'));
}
