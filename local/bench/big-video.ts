import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const frame = { width: 640, height: 360, rate: 25 };
const bytesPerFrame = frame.width * frame.height * 1.5;

/** Makes an MKV of about `bytes`: an uncompressed picture, which costs no time to make, and a tone. */
export async function makeBigVideo(path: string, bytes: number): Promise<void> {
  const seconds = Math.ceil(bytes / (bytesPerFrame * frame.rate));
  const { width, height, rate } = frame;
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-y'],
    ...['-f', 'lavfi', '-i', `color=size=${width}x${height}:rate=${rate}:duration=${seconds}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`],
    ...['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', '-c:a', 'aac', path],
  ]);
}
