import {
  flag,
  integer,
  loadConfig,
  oneOf,
  text,
  type ConfigOf,
  type Settings,
} from '../observability/config';
import { processSettings } from '../observability/shared-settings';
import { weakestAllowedSecretBytes } from './tokens';

/** Where the users are. Names and meaning are the tutorial's. */
export const databaseSettings = {
  mysqlHost: text({ env: 'MYSQL_HOST', meaning: 'Host of the MySQL or MariaDB server.' }),
  mysqlPort: integer({
    env: 'MYSQL_PORT',
    meaning: 'Port of the server.',
    min: 1,
    max: 65_535,
    default: 3306,
  }),
  mysqlUser: text({ env: 'MYSQL_USER', meaning: 'Database user of the service.' }),
  mysqlPassword: text({ env: 'MYSQL_PASSWORD', meaning: 'Its password.', secret: true }),
  mysqlDatabase: text({
    env: 'MYSQL_DB',
    meaning: 'Database that holds the table `user`.',
    default: 'auth',
  }),
  mysqlTimeoutMs: integer({
    env: 'MYSQL_TIMEOUT_MS',
    meaning: 'Milliseconds one query may take, connecting included; then the answer is 503.',
    min: 100,
    max: 60_000,
    default: 5_000,
  }),
} as const satisfies Settings;

const bcryptCost = integer({
  env: 'BCRYPT_COST',
  meaning: 'Work factor of new password hashes: one more doubles the time of every login.',
  min: 4,
  max: 16,
  default: 12,
});

/** Settings of the auth service. */
export const authSettings = {
  ...databaseSettings,
  jwtSecret: text({
    env: 'JWT_SECRET',
    meaning: `Key that signs the tokens. Shorter than ${weakestAllowedSecretBytes} bytes: a warning, with NODE_ENV=production an error.`,
    secret: true,
  }),
  tokenLifetimeS: integer({
    env: 'TOKEN_LIFETIME_S',
    meaning: 'Seconds a token is valid; so long a removed user can still use theirs.',
    min: 1,
    max: 31_536_000,
    default: 86_400,
  }),
  bcryptCost,
  plainTextPasswords: flag({
    env: 'PLAIN_TEXT_PASSWORDS',
    meaning:
      'Lets a row inserted with a plain-text password log in once, and hashes it then. Always off with NODE_ENV=production.',
    default: true,
  }),
  host: text({ env: 'HOST', meaning: 'Address to listen on.', default: '0.0.0.0' }),
  port: integer({
    env: 'PORT',
    meaning: 'Port of the service.',
    min: 0,
    max: 65_535,
    default: 5000,
  }),
  ...processSettings,
  nodeEnv: oneOf({
    env: 'NODE_ENV',
    meaning: '`production` turns warnings about weak settings into errors.',
    choices: ['development', 'test', 'production'],
    default: 'development',
  }),
} as const satisfies Settings;

/** Settings of the migration and of the `users` command. */
export const userTableSettings = {
  ...databaseSettings,
  bcryptCost,
  logLevel: processSettings.logLevel,
} as const satisfies Settings;

export type DatabaseConfig = ConfigOf<typeof databaseSettings>;
export type AuthConfig = ConfigOf<typeof authSettings>;
export type UserTableConfig = ConfigOf<typeof userTableSettings>;

type Environment = Readonly<Record<string, string | undefined>>;

/** OWASP Password Storage Cheat Sheet: a bcrypt work factor of 10 or more. */
const weakestProductionCost = 10;

/** @throws ConfigError naming every setting that needs attention. */
export function loadAuthConfig(environment: Environment): AuthConfig {
  const config = loadConfig('auth', authSettings, environment, (read) => {
    if (read.nodeEnv !== 'production') return [];
    const problems: string[] = [];
    const secretProblem = weakSecretProblem(read);
    if (secretProblem !== undefined) problems.push(secretProblem);
    if (read.bcryptCost < weakestProductionCost) {
      problems.push(
        `BCRYPT_COST: expected at least ${weakestProductionCost} with NODE_ENV=production, got ${read.bcryptCost}`,
      );
    }
    return problems;
  });
  return Object.freeze({
    ...config,
    plainTextPasswords: config.plainTextPasswords && config.nodeEnv !== 'production',
  });
}

/** @throws ConfigError naming every setting that needs attention. */
export function loadUserTableConfig(process: string, environment: Environment): UserTableConfig {
  return loadConfig(process, userTableSettings, environment);
}

/** What to tell a person whose JWT_SECRET can be guessed; undefined when it is long enough. */
export function weakSecretProblem(config: Pick<AuthConfig, 'jwtSecret'>): string | undefined {
  const bytes = Buffer.byteLength(config.jwtSecret);
  if (bytes >= weakestAllowedSecretBytes) return undefined;
  return (
    `JWT_SECRET: expected at least ${weakestAllowedSecretBytes} bytes, got ${bytes}: ` +
    'whoever guesses it can log in as anybody. Make one with: openssl rand -base64 32'
  );
}
