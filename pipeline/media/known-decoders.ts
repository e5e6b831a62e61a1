import { processLimits } from './launcher';
import type { MediaLimits } from './media-limits';
import { MediaToolError } from './media-tool-error';
import { runLimited } from './run-limited';
import { endingError } from './tool-ending';

let known: Promise<string> | undefined;

/**
 * All decoders this ffprobe has, joined by commas; asked once per process.
 *
 * ffprobe gives up on a file with one stream whose decoder it may not open, even though it would
 * never use it. So its own opening may open all of them, while what finds out about the streams,
 * and reads the file's bytes, may open ours alone (see probe-source.ts).
 *
 * @throws MediaToolError
 */
export async function knownDecoders(limits: MediaLimits): Promise<string> {
  known ??= askDecoders(limits);
  try {
    return await known;
  } catch (error) {
    known = undefined; // The next file asks again.
    throw error;
  }
}

async function askDecoders(limits: MediaLimits): Promise<string> {
  const run = await runLimited({
    program: 'ffprobe',
    args: ['-hide_banner', '-loglevel', 'error', '-decoders'],
    limits: processLimits(limits, 0),
    timeoutMs: limits.probeTimeoutMs,
    maxStdoutBytes: 1024 * 1024,
    // Shared by all who wait for it: none of them may take it away from the others.
    signal: new AbortController().signal,
  });
  if (run.exitCode !== 0) {
    throw new MediaToolError(`ffprobe cannot list its decoders: ${endingError(run).message}`);
  }
  const names = [...run.stdout.toString().matchAll(/^ [VAS][A-Z.]{5} ([a-z0-9_.]+)/gm)];
  return names.map(([, name]) => name).join(',');
}
