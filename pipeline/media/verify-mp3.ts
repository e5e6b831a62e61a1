import { expectedSamples } from './expected-samples';
import type { Encoded } from './ffmpeg-command';
import { MediaToolError } from './media-tool-error';
import { Mp3Broken, parseMp3File, type Mp3Facts } from './mp3-frames';

/** ID3v2.3, which every player reads; ffmpeg's default is 2.4. */
const ID3V2_MAJOR_VERSION = 3;

/**
 * Proves that an MP3 is whole: every frame parses, it holds exactly the samples that the encoder
 * was given, those are all that were decoded from the source, and its length header says so.
 *
 * @param encoded What ffmpeg reported of the same run; no second decoder is needed.
 * @throws MediaToolError when the MP3 is not what it should be: the source is not to blame.
 */
export async function verifyMp3(path: string, encoded: Encoded): Promise<Mp3Facts> {
  const mp3 = await parse(path);
  const problem = disagreement(mp3, encoded);
  if (problem !== undefined) throw new MediaToolError(`the MP3 is not whole: ${problem}`);
  return mp3;
}

async function parse(path: string): Promise<Mp3Facts> {
  try {
    return await parseMp3File(path);
  } catch (cause) {
    if (!(cause instanceof Mp3Broken)) throw cause;
    throw new MediaToolError(`the MP3 is broken at ${cause.message}`, { cause });
  }
}

function disagreement(mp3: Mp3Facts, encoded: Encoded): string | undefined {
  const { lengthHeader } = mp3;
  const { decodedSamples, encodedSamples, sampleRate } = encoded;
  if (decodedSamples === undefined || encodedSamples === undefined) {
    return 'ffmpeg did not report how many samples it decoded and encoded';
  }
  const { least, most } = expectedSamples(
    {
      samples: decodedSamples,
      rates: encoded.decodedRates,
      formatChanges: encoded.formatChanges,
    },
    sampleRate,
  );
  if (encodedSamples < least || encodedSamples > most) {
    return `${decodedSamples} samples were decoded, ${encodedSamples} encoded (expected ${least} to ${most})`;
  }
  if (mp3.sampleRate !== sampleRate) return `${mp3.sampleRate} Hz instead of ${sampleRate} Hz`;
  if (mp3.samples !== encodedSamples) {
    return `it holds ${mp3.samples} samples, ${encodedSamples} were encoded`;
  }
  if (lengthHeader === undefined) return 'it has no length header';
  if (lengthHeader.frames !== mp3.frames) {
    return `its length header says ${lengthHeader.frames ?? 'no'} frames, it has ${mp3.frames}`;
  }
  if (lengthHeader.bytes !== mp3.audioBytes) {
    return `its length header says ${lengthHeader.bytes ?? 'no'} bytes, it has ${mp3.audioBytes}`;
  }
  return mp3.id3v2Version === ID3V2_MAJOR_VERSION ? undefined : 'it has no ID3v2.3 tag';
}
