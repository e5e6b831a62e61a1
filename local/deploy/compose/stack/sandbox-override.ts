import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const name = 'sandbox.yml';

/**
 * What a small machine lacks: more open files than its hard limit allows, and processor time. Logins
 * are hashed on two cores that everything shares here, so one may take longer than the gateway
 * waits by default.
 *
 * @returns the file's name
 */
export function writeSandboxOverride(directory: string): string {
  writeFileSync(
    join(directory, name),
    `services:
  rabbitmq: { ulimits: { nofile: 20000 } }
  mongo: { ulimits: { nofile: 20000 } }
  mysql: { ulimits: { nofile: 20000 } }
  gateway: { environment: { AUTH_TIMEOUT_MS: '30000' } }
`,
  );
  return name;
}
