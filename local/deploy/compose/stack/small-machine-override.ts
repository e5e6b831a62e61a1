import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const name = 'small-machine.yml';

interface Deviation {
  /** For the report: with it, the stack is not quite the compose file's. */
  readonly says: string;
  readonly services: readonly string[];
  /** What each of these services gets, as compose reads it. */
  readonly yaml: string;
}

/**
 * What a small machine lacks: more open files than its hard limit allows, and processor time. Logins
 * are hashed on cores that the whole stack and its load share, so one may take longer than the
 * gateway waits by default.
 */
export const smallMachine: readonly Deviation[] = [
  {
    says: 'nofile=20000 for the servers',
    services: ['rabbitmq', 'mongo', 'mysql'],
    yaml: '{ ulimits: { nofile: 20000 } }',
  },
  {
    says: 'AUTH_TIMEOUT_MS=30000 for the gateways',
    services: ['gateway'],
    yaml: "{ environment: { AUTH_TIMEOUT_MS: '30000' } }",
  },
];

/** @returns the file's name */
export function writeSmallMachineOverride(directory: string): string {
  const services = smallMachine.flatMap(({ services, yaml }) =>
    services.map((service) => `  ${service}: ${yaml}\n`),
  );
  writeFileSync(join(directory, name), `services:\n${services.join('')}`);
  return name;
}
