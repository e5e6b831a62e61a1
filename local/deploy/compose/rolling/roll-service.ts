import type { ComposeStack } from '../stack/compose-stack';

/** In the order of docs/upgrading.md: who reads a record or a message before who writes it. */
export const rolledServices = ['auth', 'notification', 'relay', 'converter', 'gateway'] as const;
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
