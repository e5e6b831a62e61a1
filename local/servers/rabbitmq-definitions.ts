import { createHash, randomBytes } from 'node:crypto';
import { brokerPolicy } from '../../contracts/broker/broker-policy';
import { buildTopology, defaultRetryDelaysMs } from '../../contracts/topology';
import { queueNames } from '../queue-names';
import { secret } from '../secrets';
import type { StackConfig } from '../stack-config';

export const rabbitmqVhost = 'video-to-mp3';
/** The product's own account: full rights in its virtual host, none anywhere else. */
export const rabbitmqAppUser = 'video-to-mp3';
/** For people at the console, and for tests that make virtual hosts. */
export const rabbitmqConsoleUser = 'console';

/**
 * What the broker loads at boot (https://www.rabbitmq.com/docs/definitions). With definitions
 * given, RabbitMQ makes no `guest` user, so no default password exists.
 */
export function rabbitmqDefinitions(config: StackConfig): string {
  const permission = { vhost: rabbitmqVhost, configure: '.*', write: '.*', read: '.*' };
  return JSON.stringify(
    {
      users: [
        {
          name: rabbitmqAppUser,
          ...passwordHash(secret(config.stateDirectory, 'rabbitmq-app')),
          tags: '',
        },
        {
          name: rabbitmqConsoleUser,
          ...passwordHash(secret(config.stateDirectory, 'rabbitmq-console')),
          tags: 'administrator',
        },
      ],
      vhosts: [{ name: rabbitmqVhost }],
      permissions: [
        { user: rabbitmqAppUser, ...permission },
        { user: rabbitmqConsoleUser, ...permission },
      ],
      // Of our own virtual host only; a test's virtual host gets what its test gives it.
      policies: buildTopology(queueNames, defaultRetryDelaysMs).policies.map((policy) => ({
        vhost: rabbitmqVhost,
        name: policy.name,
        ...brokerPolicy(policy),
      })),
    },
    null,
    2,
  );
}

/** https://www.rabbitmq.com/docs/passwords: base64 of a 4-byte salt and SHA-256(salt + password). */
function passwordHash(password: string): { password_hash: string; hashing_algorithm: string } {
  const salt = randomBytes(4);
  const digest = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return {
    password_hash: Buffer.concat([salt, digest]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
  };
}
