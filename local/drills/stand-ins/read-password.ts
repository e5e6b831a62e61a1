import { readFileSync } from 'node:fs';

/** The servers of a drill ask for no password; but that the script hands one over is seen here. */
export function requirePassword(configFile: string | undefined): void {
  const config = configFile === undefined ? '' : readFileSync(configFile, 'utf8');
  if (/^password: ".+"\n$/.test(config)) return;
  throw new Error(`--config: expected a line with the password, got ${JSON.stringify(config)}`);
}
