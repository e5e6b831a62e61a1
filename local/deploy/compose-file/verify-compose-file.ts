import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PartReport, VerifyPart } from '../part';
import { findCompose } from '../tools/find-compose';
import type { ComposeFinding } from './check';
import { checks } from './checks/all';
import type { Deployment } from './model/deployment';
import { isOneShot } from './model/product-service';
import { ComposeRefused } from './model/run-compose';
import { prepareDeployment } from './prepare';

const part = 'compose-file';

/** Part (d): docker-compose.yml, by docker compose itself and by what it cannot know. */
export const verifyComposeFile: VerifyPart = async ({ repository, directory, say }) => {
  const program = await findCompose(join(repository, '.local', 'libraries'));
  say(`read by ${program}`);
  return reportOn(repository, program, join(directory, part));
};

/** @param directory For the passwords that the script makes to look at; it is removed. */
export async function reportOn(
  repository: string,
  program: string,
  directory: string,
): Promise<PartReport> {
  rmSync(directory, { recursive: true, force: true });
  try {
    const deployment = await prepareDeployment(repository, program, directory);
    const findings = Object.values(checks).flatMap((check) => check(deployment));
    return { part, findings, facts: factsOf(deployment) };
  } catch (error) {
    if (!(error instanceof ComposeRefused)) throw error;
    return refused(error.message);
  } finally {
    // Passwords of nothing, but whoever finds one has to look what it opens.
    rmSync(directory, { recursive: true, force: true });
  }
}

function refused(problem: string): PartReport {
  const finding: ComposeFinding = { check: 'schema', where: 'docker-compose.yml', problem };
  return { part, findings: [finding], facts: [] };
}

function factsOf({ compose, secrets }: Deployment): PartReport['facts'] {
  const services = Object.entries(compose.services);
  const names = (list: typeof services) => list.map(([name]) => name).join(', ');
  const ended = services.filter(([, service]) => isOneShot(service));
  const memory = services
    .filter((service) => !ended.includes(service))
    .map(([, { deploy }]) => (deploy?.resources?.limits?.memory ?? 0) * (deploy?.replicas ?? 1))
    .reduce((sum, bytes) => sum + bytes, 0);
  return [
    ['services', names(services.filter((service) => !ended.includes(service)))],
    ['run once, or by a person', names(ended)],
    ['published on 127.0.0.1', names(services.filter(([, { ports }]) => ports.length > 0))],
    ['limits of memory, together', `${(memory / 1024 ** 3).toFixed(1)} GiB`],
    ['secrets', Object.keys(secrets).join(', ')],
    ['checks', ['schema', ...Object.keys(checks)].join(', ')],
  ];
}
