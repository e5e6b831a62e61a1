import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeBigVideo } from '../../bench/big-video';
import { makeSample } from '../../sample-media';

const run = promisify(execFile);

/** A video to measure with. */
export interface Medium {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly audioSeconds: number;
}

const MIB = 1_024 * 1_024;
/** Bytes of one second of `makeBigVideo`. */
const bigBytesPerSecond = 640 * 360 * 1.5 * 25;

/** Next to no audio and no bytes. */
export async function makeClip(directory: string): Promise<Medium> {
  const path = join(directory, 'clip.mp4');
  await makeSample(path, { seconds: 1 });
  return described('clip', path, 1);
}

/**
 * Long audio with a tiny picture: pink noise that differs between left and right, so that the encoder
 * has as much to do as with dense music.
 */
export async function makeLong(directory: string, audioSeconds: number): Promise<Medium> {
  const path = join(directory, `audio-${audioSeconds}.mp4`);
  const noise = (seed: number) =>
    `anoisesrc=color=pink:amplitude=0.3:sample_rate=48000:seed=${seed}:duration=${audioSeconds}`;
  await run('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-y'],
    ...['-f', 'lavfi', '-i', `color=size=64x64:rate=1:duration=${audioSeconds}`],
    ...['-f', 'lavfi', '-i', noise(1), '-f', 'lavfi', '-i', noise(2)],
    ...['-filter_complex', '[1:a][2:a]join=inputs=2:channel_layout=stereo[a]'],
    ...['-map', '0:v', '-map', '[a]', '-c:v', 'mpeg4', '-c:a', 'aac', '-b:a', '128k', path],
  ]);
  return described(`${Math.round(audioSeconds / 60)} min of audio`, path, audioSeconds);
}

/** Many bytes with little audio. */
export async function makeBig(directory: string, mebibytes: number): Promise<Medium> {
  const path = join(directory, `big-${mebibytes}.mkv`);
  await makeBigVideo(path, mebibytes * MIB);
  return described(`${mebibytes} MiB`, path, Math.ceil((mebibytes * MIB) / bigBytesPerSecond));
}

async function described(name: string, path: string, audioSeconds: number): Promise<Medium> {
  return { name, path, bytes: (await stat(path)).size, audioSeconds };
}
