import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeSample } from '../sample-media';
import { badClips, goodClips, refusalOf, type ClipName } from './clip-names';

const run = promisify(execFile);

/** What must come of a clip. */
export type Expected =
  | { readonly kind: 'mp3'; readonly samples: number; readonly sampleRate: number }
  | { readonly kind: 'refused'; readonly reason: string };

export interface Clip {
  readonly name: ClipName;
  readonly extension: string;
  readonly bytes: Buffer;
  readonly expected: Expected;
}

export type Clips = ReadonlyMap<ClipName, Clip>;

/** Makes one file of each kind, each of another length, so that no MP3 passes for another. */
export async function makeClips(directory: string): Promise<Clips> {
  const clips = new Map<ClipName, Clip>();
  for (const [index, name] of goodClips.entries()) {
    const path = join(directory, `clip.${name}`);
    await makeSample(path, { seconds: 1 + index / 4 });
    const expected = { kind: 'mp3', ...(await decode(path)) } as const;
    clips.set(name, { name, extension: name, bytes: await readFile(path), expected });
  }
  for (const name of badClips) {
    const path = join(directory, `${name}.mp4`);
    if (name === 'silent') await makeSample(path, { seconds: 1, output: ['-an'] });
    else await writeFile(path, randomBytes(20_000));
    const expected = { kind: 'refused', reason: refusalOf[name] } as const;
    clips.set(name, { name, extension: 'mp4', bytes: await readFile(path), expected });
  }
  return clips;
}

/** How much sound is in a file, by ffmpeg's decoder and not by anything of ours. */
async function decode(path: string): Promise<{ samples: number; sampleRate: number }> {
  const sound = ['-v', 'error', '-i', path, '-map', '0:a:0', '-ac', '1', '-f', 's16le', '-'];
  const { stdout } = await run('ffmpeg', sound, { encoding: 'buffer', maxBuffer: 64 * 1_048_576 });
  const rate = ['-v', 'error', '-select_streams', 'a:0', '-show_entries', 'stream=sample_rate'];
  const probed = await run('ffprobe', [...rate, '-of', 'csv=p=0', path]);
  // MPEG-TS is probed twice, once for its programme.
  return { samples: stdout.length / 2, sampleRate: parseInt(probed.stdout, 10) };
}
