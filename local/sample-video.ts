import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { StackConfig } from './stack-config';
import { StackError } from './stack-error';

const sampleSeconds = 20;

/**
 * A small video to convert: 64x64 moving picture, and stereo that one can hear is right: a tone
 * that climbs on the left, one that falls on the right. Made once.
 *
 * @returns its path
 */
export async function sampleVideo(config: StackConfig): Promise<string> {
  const path = join(config.stateDirectory, 'demo', 'sample.mp4');
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.new`;
  // A sweep's phase is the integral of its frequency: 220 Hz + 33 Hz/s, and 880 Hz - 33 Hz/s.
  const sweep = ['0.4*sin(2*PI*(220*t+16.5*t*t))', '0.4*sin(2*PI*(880*t-16.5*t*t))'].join('|');
  await promisify(execFile)('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-y'],
    ...['-f', 'lavfi', '-i', `testsrc2=size=64x64:rate=10:duration=${sampleSeconds}`],
    ...['-f', 'lavfi', '-i', `aevalsrc=${sweep}:s=48000:d=${sampleSeconds}`],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '128k'],
    ...['-metadata', 'title=Two sweeps', '-metadata', 'artist=video-to-mp3'],
    ...['-f', 'mp4', unfinished],
  ]).catch((error: unknown) => {
    const { stderr } = error as { stderr?: string };
    throw new StackError(`ffmpeg cannot make the sample video: ${stderr ?? String(error)}`);
  });
  renameSync(unfinished, path);
  return path;
}
