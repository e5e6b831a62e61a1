import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ComposeStack } from '../stack/compose-stack';
import { olderBrokerImage } from '../stand-ins/build-stand-ins';

/** `VIDEO_QUEUE`'s default, which compose keeps. */
const videoQueue = 'video';
/** A queue says how many it has every 5 s (collect_statistics_interval). */
const depthDeadlineMs = 30_000;

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

/**
 * Messages in the queue of videos, as soon as there are `expected`, or after a while.
 */
export async function queueDepth(stack: ComposeStack, expected: number): Promise<number> {
  const deadline = performance.now() + depthDeadlineMs;
  for (;;) {
    const { stdout } = await stack.compose([
      ...['exec', '-T', 'rabbitmq', 'rabbitmqctl', '--quiet'],
      ...['list_queues', 'name', 'messages'],
    ]);
    const line = stdout.split('\n').find((row) => row.startsWith(`${videoQueue}\t`)) ?? '';
    const depth = Number(line.split('\t')[1] ?? 0);
    if (depth >= expected || performance.now() > deadline) return depth;
    await delay(500, undefined, { signal: stack.signal });
  }
}
