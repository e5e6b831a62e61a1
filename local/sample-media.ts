import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How much sound a sample has; its picture is tiny, because only the sound is converted. */
export interface SampleOptions {
  readonly seconds: number;
  /** Further ffmpeg options for the output: codecs, metadata, mapping. */
  readonly output?: readonly string[];
}

/** Makes a video with a sweeping tone; the container follows the file's extension. */
export async function makeSample(
  path: string,
  { seconds, output = [] }: SampleOptions,
): Promise<void> {
  const tone = `aevalsrc=0.3*sin(2*PI*(220+40*t)*t)|0.3*sin(2*PI*(330+20*t)*t):s=44100:d=${seconds}`;
  const picture = `testsrc=size=64x64:rate=5:duration=${seconds}`;
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', tone];
  await run('ffmpeg', ['-v', 'error', '-y', ...inputs, '-shortest', ...output, path]);
}
