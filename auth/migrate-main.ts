import { ConfigError } from '../observability/config';
import { createLogger } from '../observability/logger';
import { loadUserTableConfig } from './config';
import { migrate } from './migrate';

async function main(): Promise<void> {
  const config = loadUserTableConfig('auth-migrate', process.env);
  const logger = createLogger('auth-migrate', config.logLevel);
  const applied = await migrate(config, logger);
  logger.info({ applied }, applied.length === 0 ? 'nothing to migrate' : 'migrated');
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = error instanceof ConfigError ? 78 : 1; // 78: EX_CONFIG of sysexits(3).
});
