import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StackConfig } from '../stack-config';
import { rabbitmqEnvironment } from './rabbitmq-environment';

/**
 * Runs `rabbitmqctl` against a stack's broker, for what the management API cannot do
 * (https://www.rabbitmq.com/docs/man/rabbitmqctl.8).
 *
 * @returns what it printed
 */
export async function rabbitmqctl(config: StackConfig, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('/usr/lib/rabbitmq/bin/rabbitmqctl', args, {
    env: rabbitmqEnvironment(config),
    timeout: 15_000,
  });
  return stdout;
}
