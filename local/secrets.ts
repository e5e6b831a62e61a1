import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type SecretName =
  | 'jwt'
  | 'mysql-admin'
  | 'mysql-app'
  | 'rabbitmq-app'
  | 'rabbitmq-console'
  | 'erlang-cookie'
  | 'smtp-app'
  | 'demo-user';

/** Where a secret lies; its mode is 0600 in a directory of mode 0700. */
export function secretPath(stateDirectory: string, name: SecretName): string {
  return join(stateDirectory, 'secrets', name);
}

/**
 * A random secret of this stack, made at its first use and kept from then on. 32 random bytes in
 * hexadecimal: long enough for HS256 (RFC 7518 section 3.2) and free of characters that a URL, a
 * SQL string or a configuration file would have to escape.
 */
export function secret(stateDirectory: string, name: SecretName): string {
  const path = secretPath(stateDirectory, name);
  mkdirSync(join(stateDirectory, 'secrets'), { recursive: true, mode: 0o700 });
  try {
    const value = randomBytes(32).toString('hex');
    writeFileSync(path, value, { flag: 'wx', mode: 0o600 });
    return value;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFileSync(path, 'utf8');
  }
}
