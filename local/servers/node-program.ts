import { join } from 'node:path';
import type { StackConfig } from '../stack-config';

/** The Node of package.json, whatever Node runs us: every machine has the same version then. */
export function nodeProgram(config: StackConfig): string {
  return join(config.repositoryDirectory, 'node_modules/node/bin/node');
}
