import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DebianContents, makeDebianRoot } from '../../engine/debian-root';
import type { Engine } from '../../engine/engine';
import { importImage } from '../../engine/import-image';

/** What stand-ins are made from: one root with all servers. 4.x of RabbitMQ is in trixie. */
export const currentServers: DebianContents = {
  suite: 'trixie',
  packages: [
    'rabbitmq-server',
    'mariadb-server-core',
    'mariadb-client-core',
    'nginx-light',
    'prometheus',
    'prometheus-alertmanager',
    'busybox',
    'curl',
    'util-linux',
  ],
};

/** RabbitMQ 3.10, for the way from 3 to 4. */
export const olderBroker: DebianContents = { suite: 'bookworm', packages: ['rabbitmq-server'] };

/**
 * A Debian with these packages as an image of the engine; made anew when the list changes.
 *
 * @param directory where it is put together
 * @returns its tag
 * @throws NoEngineError without debootstrap
 * @throws StackError when a package cannot be had
 */
export async function importDebian(
  engine: Engine,
  contents: DebianContents,
  directory: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<string> {
  const { suite, packages } = contents;
  const tag = `stand-in/base:${suite}`;
  const madeFrom = `Debian ${suite}, ${packages.join(' ')}, layout 1`;
  const root = join(directory, `${suite}.root`);
  await importImage(engine, { tag, madeFrom, changes: [] }, async () => {
    say(`a ${madeFrom}`);
    await makeDebianRoot(root, contents, signal);
    return root;
  });
  rmSync(root, { recursive: true, force: true });
  return tag;
}
