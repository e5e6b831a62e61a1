import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSample } from '../../sample-media';

export interface Samples {
  readonly good: readonly string[];
  /** Each is refused for a reason of its own. */
  readonly bad: readonly string[];
}

/** Small files of the kinds that listeners send. */
export async function makeSamples(directory: string): Promise<Samples> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = (name: string): string => join(directory, name);
  const good = [path('talk.mp4'), path('song.mkv'), path('clip.mov')];
  for (const [index, file] of good.entries()) await makeSample(file, { seconds: 20 + index * 10 });
  const bad = [path('silent.mp4'), path('letter.mp4')];
  await makeSample(path('silent.mp4'), { seconds: 2, output: ['-an'] });
  writeFileSync(path('letter.mp4'), 'Dear Sir or Madam, this is no video.\n'.repeat(100));
  return { good, bad };
}
