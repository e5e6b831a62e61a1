import type { StackConfig } from '../stack-config';
import { StackError } from '../stack-error';
import { findProgram } from './find-program';

/**
 * The path of Prometheus' or Alertmanager's program, under the first of its names that is there.
 *
 * @throws StackError that says how to get it
 */
export function monitorProgram({ executablePath }: StackConfig, ...names: string[]): string {
  const program = findProgram(executablePath, ...names);
  if (program === undefined) {
    throw new StackError(
      `${names.join(' or ')} is missing: install it (apt-get install --no-install-recommends prometheus prometheus-alertmanager), or start it with "npm run up", which does`,
    );
  }
  return program;
}

/** Resolves when the server says that it is ready (both have the same path for it). */
export async function answersReady(url: string): Promise<void> {
  const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`/-/ready answered ${response.status}: ${text.trim()}`);
}
