import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeMedia } from '../../../probe-media';
import { readmeWalk } from '../../../readme-walk';
import { systemPath } from '../../../servers/system-path';
import { StackError } from '../../../stack-error';
import { runProgram } from '../../engine/run-program';

export interface Walker {
  /** Of the proxy; ends without a slash. */
  readonly url: string;
  readonly email: string;
  readonly password: string;
}

/**
 * Runs the README's walk with curl.
 *
 * @returns what ffprobe says of the MP3
 * @throws StackError when a line fails, or what came is no MP3
 */
export async function walkWithCurl(
  readme: string,
  video: string,
  { url, email, password }: Walker,
  signal: AbortSignal,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'walk-'));
  try {
    await runProgram(
      'bash',
      ['-euo', 'pipefail', '-c', readmeWalk(await readFile(readme, 'utf8'))],
      {
        directory,
        environment: {
          PATH: systemPath,
          GATEWAY: url,
          EMAIL: email,
          PASSWORD: password,
          VIDEO: video,
        },
        signal,
      },
    );
    const [name, ...others] = await readdir(directory);
    if (name === undefined || others.length > 0) throw new StackError('expected one file');
    const { audio, durationS, format } = await probeMedia(join(directory, name));
    if (audio?.codec_name !== 'mp3') throw new StackError(`${name} is ${format}, expected an MP3`);
    return `${name}, ${audio.codec_name}, ${durationS.toFixed(2)} s`;
  } finally {
    await rm(directory, { recursive: true });
  }
}
