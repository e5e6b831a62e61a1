import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The checkout's root. This file runs from `local/` (jest) and from `dist/local/` (everything
 * else), so the root is found by its package.json instead of by counting `..`.
 */
export function repositoryDirectory(): string {
  for (let directory = __dirname; ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json'))) return directory;
    if (directory === dirname(directory)) {
      throw new Error(`no package.json in or above ${__dirname}`);
    }
  }
}
