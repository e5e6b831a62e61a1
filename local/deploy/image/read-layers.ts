import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Engine } from '../engine/engine';
import { runProgram } from '../engine/run-program';
import type { BuiltLayer } from './check-layers';
import { inspect } from './read-image';

/** manifest.json of `docker save`: paths of the layers' archives, the lowest first. */
const manifest = z.tuple([z.object({ Layers: z.array(z.string()) })]);

export interface LayerPair {
  readonly first: readonly BuiltLayer[];
  readonly second: readonly BuiltLayer[];
}

/**
 * The layers of two images; the files of those only that have not the same digest.
 *
 * @param directory for their archives, which are removed again
 */
export async function readLayers(
  engine: Engine,
  tags: readonly [first: string, second: string],
  directory: string,
  signal: AbortSignal,
): Promise<LayerPair> {
  const digests = async (tag: string) => (await inspect(engine, tag)).RootFS.Layers;
  const [first, second] = [await digests(tags[0]), await digests(tags[1])];
  const same = first.map((digest, index) => digest === second[index]);
  const isRead = (index: number): boolean => same[index] !== true;
  const read = async (tag: string, layers: readonly string[]): Promise<BuiltLayer[]> => {
    if (!layers.some((_, index) => isRead(index))) {
      return layers.map((digest) => ({ digest, files: [] }));
    }
    const saved = join(directory, 'saved');
    rmSync(saved, { recursive: true, force: true });
    mkdirSync(saved);
    try {
      await engine.docker(['save', '--output', join(saved, 'image.tar'), tag]);
      await runProgram('tar', ['-xf', 'image.tar'], { directory: saved, signal });
      const [{ Layers: archives }] = manifest.parse(
        JSON.parse(readFileSync(join(saved, 'manifest.json'), 'utf8')),
      );
      const all: BuiltLayer[] = [];
      for (const [index, digest] of layers.entries()) {
        const archive = join(saved, archives[index] ?? '');
        all.push({ digest, files: isRead(index) ? await filesOf(archive, saved, signal) : [] });
      }
      return all;
    } finally {
      rmSync(saved, { recursive: true, force: true });
    }
  };
  return { first: await read(tags[0], first), second: await read(tags[1], second) };
}

/** A line of each file's owner, mode, size and time, and one of its contents. */
async function filesOf(archive: string, saved: string, signal: AbortSignal): Promise<string[]> {
  const files = join(saved, 'files');
  mkdirSync(files);
  try {
    const list = await runProgram('tar', ['--numeric-owner', '--full-time', '-tvf', archive], {
      signal,
    });
    await runProgram('tar', ['-C', files, '-xf', archive], { signal });
    const sums = await runProgram('find', ['.', '-type', 'f', '-exec', 'sha256sum', '{}', '+'], {
      directory: files,
      signal,
    });
    return `${list.stdout}${sums.stdout}`
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
}
