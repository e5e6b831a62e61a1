import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../engine/engine';
import { bundlePrograms } from './bundle-programs';
import { currentServers, type DebianBase, debianArchive, olderBroker } from './debian-base';
import { type StandInName, standInNames, standIns } from './stand-in-images';

interface Building {
  readonly engine: Engine;
  readonly repository: string;
  /** Where archives are kept between runs. */
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
  const { engine, repository, say } = building;
  const sources = join(repository, 'local/deploy/compose/stand-ins/images');
  const context = await mkdtemp(join(tmpdir(), 'stand-ins-'));
  try {
    const programs = join(context, 'programs');
    await mkdir(programs);
    await bundlePrograms(repository, programs);
    const base = await importBase(building, currentServers);
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
    const older = await importBase(building, olderBroker);
    const broker = join(context, 'older');
    await cp(join(sources, 'rabbitmq'), broker, { recursive: true });
    await engine.docker([...build, '--build-arg', `BASE=${older}`, '-t', olderBrokerImage, broker]);
  } finally {
    await rm(context, { recursive: true });
  }
}

async function importBase(
  { engine, cache, signal, say }: Building,
  base: DebianBase,
): Promise<string> {
  const archive = await debianArchive(base, cache, signal, say);
  const tag = `stand-in/base:${base.suite}`;
  const { code } = await engine.docker(['image', 'inspect', tag], { anyCode: true });
  if (code !== 0) await engine.docker(['import', '-', tag], { input: createReadStream(archive) });
  return tag;
}
