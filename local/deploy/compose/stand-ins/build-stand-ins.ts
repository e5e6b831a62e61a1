import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../engine/engine';
import { bundlePrograms } from './bundle-programs';
import { currentServers, importDebian, olderBroker } from './debian-base';
import { type StandInName, standInNames, standIns } from './stand-in-images';

interface Building {
  readonly engine: Engine;
  readonly repository: string;
  /** Where the bases are put together. */
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Nothing is fetched: all of it is in the bases. */
const build = ['build', '--quiet', '--network', 'none'] as const;

/** Tag of RabbitMQ 3, for the way from 3 to 4. */
export const olderBrokerImage = 'stand-in/rabbitmq:3';

/**
 * Builds what stands in for the images that a compose file names, under exactly those names.
 *
 * @param images name of the image by service
 */
export async function buildStandIns(
  building: Building,
  images: Readonly<Record<StandInName, string>>,
): Promise<void> {
  const { engine, repository, cache, signal, say } = building;
  const sources = join(repository, 'local/deploy/compose/stand-ins/images');
  const context = await mkdtemp(join(tmpdir(), 'stand-ins-'));
  try {
    const programs = join(context, 'programs');
    await mkdir(programs);
    await bundlePrograms(repository, programs);
    const base = await importDebian(engine, currentServers, cache, signal, say);
    const withNode = 'stand-in/base:node';
    await writeFile(join(programs, 'Dockerfile'), `FROM ${base}\nCOPY node /usr/local/bin/node\n`);
    await engine.docker(['build', '-q', '--network', 'none', '-t', withNode, programs]);
    for (const name of standInNames) {
      const { directory, of, programs: needed } = standIns[name];
      say(`${images[name]}: ${of}`);
      const own = join(context, directory);
      await cp(join(sources, directory), own, { recursive: true });
      for (const file of needed)
        await cp(join(programs, file), join(own, file), { recursive: true });
      await engine.docker([
        ...[...build, '--build-arg', `BASE=${withNode}`],
        ...['--label', `stand-in=${of}`, '-t', images[name], own],
      ]);
    }
    const older = await importDebian(engine, olderBroker, cache, signal, say);
    const broker = join(context, 'older');
    await cp(join(sources, 'rabbitmq'), broker, { recursive: true });
    await engine.docker([...build, '--build-arg', `BASE=${older}`, '-t', olderBrokerImage, broker]);
  } finally {
    await rm(context, { recursive: true });
  }
}
