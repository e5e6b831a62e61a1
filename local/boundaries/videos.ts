import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSample } from '../sample-media';

/** One that becomes an MP3, and one without sound, which is refused. */
export type Videos = Readonly<Record<'sound' | 'silent', Buffer>>;

export async function makeVideos(): Promise<Videos> {
  const directory = await mkdtemp(join(tmpdir(), 'boundaries-videos-'));
  try {
    const sound = join(directory, 'sound.mp4');
    const silent = join(directory, 'silent.mp4');
    await makeSample(sound, { seconds: 1 });
    await makeSample(silent, { seconds: 1, output: ['-an'] });
    return { sound: await readFile(sound), silent: await readFile(silent) };
  } finally {
    await rm(directory, { recursive: true });
  }
}
