import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ComposeStack } from '../stack/compose-stack';
import { olderBrokerImage } from '../stand-ins/build-stand-ins';

const name = 'older-broker.yml';
const configSchema = z.object({ volumes: z.record(z.string(), z.object({ name: z.string() })) });

/**
 * RabbitMQ 3 in the stack, as somebody has it who comes from there.
 *
 * @returns the file's name
 */
export function writeOlderBroker(directory: string): string {
  writeFileSync(
    join(directory, name),
    `services:
  rabbitmq: { image: '${olderBrokerImage}' }
`,
  );
  return name;
}

/**
 * Puts RabbitMQ 4 in the place of RabbitMQ 3, with an empty volume, as a deployer types it:
 *
 *     docker compose rm --stop --force rabbitmq
 *     docker volume rm video-to-mp3_rabbitmq
 *     docker compose up -d --wait
 */
export async function replaceBroker(stack: ComposeStack): Promise<void> {
  const { stdout } = await stack.compose(['config', '--format', 'json']);
  const { volumes } = configSchema.parse(JSON.parse(stdout));
  await stack.compose(['rm', '--stop', '--force', 'rabbitmq']);
  await stack.docker(['volume', 'rm', volumes['rabbitmq']?.name ?? 'rabbitmq']);
  await stack.compose(['up', '-d', '--wait']);
}

/** What the broker says it is. */
export async function brokerVersion(stack: ComposeStack): Promise<string> {
  const { stdout } = await stack.compose([
    ...['exec', '-T', 'rabbitmq', 'rabbitmqctl', '--quiet', 'eval', 'rabbit_misc:version().'],
  ]);
  return stdout.trim().replaceAll('"', '');
}
