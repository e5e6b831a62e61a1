import type { ComposeStack } from '../stack/compose-stack';

/** What a listener uses, and what stands behind it: all are rolled the same way. */
export const rolledServices = ['auth', 'gateway', 'converter', 'notification', 'relay'] as const;
export type RolledService = (typeof rolledServices)[number];

/**
 * Puts new containers in the place of a service's old ones, as a deployer types it:
 *
 *     old=$(docker compose ps -q gateway)
 *     docker compose up -d --no-deps --no-recreate --scale gateway=4 --wait gateway
 *     docker stop $old && docker rm $old
 *
 * The new ones serve before an old one is told to stop. `docker compose up` alone recreates all
 * replicas of a service at once, and so does the scaling back by it (2.26: it takes away the new ones
 * and recreates the old ones).
 *
 * @returns how many containers were replaced
 */
export async function rollService(stack: ComposeStack, service: RolledService): Promise<number> {
  const old = (await stack.running(service)).map(({ ID }) => ID);
  const scale = ['--scale', `${service}=${old.length * 2}`];
  await stack.compose(['up', '-d', '--no-deps', '--no-recreate', ...scale, '--wait', service]);
  await stack.docker(['stop', ...old]);
  await stack.docker(['rm', ...old]);
  return old.length;
}
