import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackConfig } from '../../stack-config';
import { ruleFiles } from '../stack/monitoring';

export interface PromtoolResult {
  readonly command: string;
  readonly ok: boolean;
  readonly output: string;
}

/** The rules as they are committed: whether Prometheus takes them, and whether their cases hold. */
export async function promtool(config: StackConfig): Promise<PromtoolResult[]> {
  const directory = join(config.repositoryDirectory, 'observability/prometheus');
  const tests = globSync(join(directory, '**/*.test.yml')).toSorted();
  const results = [await run('check rules', ['check', 'rules', ...ruleFiles(config)])];
  if (tests.length > 0) results.push(await run('test rules', ['test', 'rules', ...tests]));
  return results;
}

async function run(command: string, args: readonly string[]): Promise<PromtoolResult> {
  try {
    const { stdout } = await promisify(execFile)('promtool', [...args]);
    return { command, ok: true, output: stdout.trim() };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const output = `${stdout}${stderr}`.trim();
    return { command, ok: false, output: output === '' ? String(error) : output };
  }
}
