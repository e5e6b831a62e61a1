import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ConversionOptions } from '../../contracts/conversion-options';
import { inSpan, noteOnSpan } from '../../observability/spans';
import { takeCover, type Cover } from './cover-picture';
import type { EncodeTimes } from './encode-log';
import { examineSource } from './examine-source';
import { encodeMp3, type Encoded, type EncodeRequest } from './ffmpeg-command';
import type { MediaLimits } from './media-limits';
import { MediaToolError } from './media-tool-error';
import type { AudioTrack } from './probe-source';
import { sourceDamage } from './source-damage';
import { SourceRefused } from './source-refused';
import { cleanTag } from './source-tags';
import { verifyMp3 } from './verify-mp3';

export interface TranscodeRequest {
  /** The video, a local file of any name. */
  readonly sourcePath: string;
  /** Where the MP3 goes; overwritten, and removed again when the conversion fails. */
  readonly outputPath: string;
  readonly options: ConversionOptions;
  /** Used where the source has no such tag. */
  readonly tagsFallback?: { readonly title?: string };
  readonly limits: MediaLimits;
  /** Aborting kills ffmpeg, and the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Whole percent, rising; 100 comes once, when the MP3 is proved. */
  readonly onProgress: (percent: number) => void;
}

/** A proved MP3. */
export interface Transcoded {
  readonly bytes: number;
  readonly durationMs: number;
  /** Samples per channel that a player plays. */
  readonly samples: number;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** ffmpeg's name of the codec the audio had. */
  readonly sourceCodec: string;
  /** Seconds of audio; divided by the encode's time it is the speed. */
  readonly audioSeconds: number;
  /** Of the encode that made it, if ffmpeg reported it. */
  readonly times: EncodeTimes | undefined;
  /** Packets of the source that could not be decoded; few enough to let it pass. */
  readonly undecodedPackets: number;
  readonly cover: Cover['kind'];
}

/**
 * Makes an MP3 of a video's sound and proves that all of the sound is in it.
 *
 * @throws SourceRefused when the file will never convert; MediaToolError when ffmpeg or the disk
 * failed; the signal's reason when aborted; file system errors.
 */
export async function transcode(request: TranscodeRequest): Promise<Transcoded> {
  const sourcePath = resolve(request.sourcePath);
  const outputPath = resolve(request.outputPath);
  const coverPath = `${outputPath}.cover`;
  const onProgress = onlyRising(request.onProgress);
  try {
    const { source, sourceBytes, tracks } = await examineSource(sourcePath, request);
    const { limits, signal } = request;
    const taken = await takeCover({ source, sourcePath, coverPath, limits, signal });
    const { cover, track, encoded } = await withoutUnfitCover(taken, signal, async (fit) => ({
      cover: fit,
      ...(await encodeFirstFilled(tracks, (candidate) =>
        tracedEncode({
          sourcePath,
          container: source.container,
          track: candidate,
          outputPath,
          quality: request.options.quality,
          tags: { ...fallbackTitle(request), ...source.tags },
          cover: fit,
          limits,
          durationS: candidate.durationS ?? source.durationS,
          signal,
          onProgress,
        }),
      )),
    }));
    await refuseTooLong(outputPath, encoded, limits);
    const audioS = (encoded.encodedSamples ?? 0) / encoded.sampleRate;
    const damage = sourceDamage({ source, sourceBytes, track, encoded, audioS });
    if (damage !== undefined) throw new SourceRefused('damaged', damage);
    if ((encoded.encodedSamples ?? 0) < LEAST_SAMPLES) {
      throw new SourceRefused('no-audio', `${encoded.encodedSamples ?? 0} samples of sound`);
    }
    const mp3 = await verifyMp3(outputPath, encoded);
    if (mp3.samples === 0) throw new SourceRefused('no-audio', 'the audio has no sample');
    onProgress(100);
    return {
      bytes: mp3.bytes,
      durationMs: Math.round((mp3.samples / mp3.sampleRate) * 1000),
      samples: mp3.samples,
      sampleRate: mp3.sampleRate,
      channels: mp3.channels,
      sourceCodec: track.codec,
      audioSeconds: mp3.samples / mp3.sampleRate,
      times: encoded.times,
      undecodedPackets: encoded.undecodedPackets,
      cover: cover.kind,
    };
  } catch (error) {
    await rm(outputPath, { force: true });
    throw error;
  } finally {
    await rm(coverPath, { force: true });
  }
}

/** Each encode is a span: of another track, or without the cover, it is another ffmpeg. */
function tracedEncode(request: EncodeRequest): Promise<Encoded> {
  const attributes = { 'process.executable.name': 'ffmpeg' };
  return inSpan('ffmpeg', { kind: 'client', attributes }, async () => {
    const encoded = await encodeMp3(request);
    const { encodedSamples = 0, sampleRate, times } = encoded;
    noteOnSpan({
      'audio.seconds': encodedSamples / sampleRate,
      ...(times === undefined ? {} : { 'cpu.seconds': times.userS + times.systemS }),
    });
    return encoded;
  });
}

/**
 * A picture can pass our look at its header and still make ffmpeg give up. A cover is worth no
 * conversion: what fails with one is tried without.
 */
async function withoutUnfitCover<T>(
  cover: Cover,
  signal: AbortSignal,
  encode: (cover: Cover) => Promise<T>,
): Promise<T> {
  if (cover.kind !== 'picture') return encode(cover);
  try {
    return await encode(cover);
  } catch (error) {
    const mayBeTheCover =
      (error instanceof SourceRefused && error.reason === 'damaged') ||
      (error instanceof MediaToolError && error.code === undefined);
    if (!mayBeTheCover || signal.aborted) throw error;
    return encode({ kind: 'dropped', because: error.message });
  }
}

/** LAME cannot trim an MP3 to fewer samples than this exactly; it is 2 ms. */
const LEAST_SAMPLES = 100;

/** A track may be declared and hold nothing; then the next one is what the listener hears. */
async function encodeFirstFilled(
  tracks: readonly [AudioTrack, ...AudioTrack[]],
  encode: (track: AudioTrack) => Promise<Encoded>,
): Promise<{ track: AudioTrack; encoded: Encoded }> {
  let complaints = 0;
  for (const track of tracks) {
    const encoded = await encode(track);
    complaints += encoded.complaints;
    if (encoded.packetsRead === undefined) {
      throw new MediaToolError(
        'ffmpeg exited with 0 without the closing report that version 5.1 writes',
      );
    }
    if (encoded.packetsRead > 0) {
      if (encoded.decodedSamples !== 0) return { track, encoded };
      throw new SourceRefused('damaged', 'no packet of the audio can be decoded');
    }
    if (track.statedCount !== undefined) {
      throw new SourceRefused('damaged', `${track.statedCount} samples stated, none can be read`);
    }
  }
  // Where ffmpeg stumbles, nobody knows what was there.
  const reason = complaints > 0 ? 'damaged' : 'no-audio';
  throw new SourceRefused(reason, 'no packet of an audio track can be read');
}

/** ffmpeg ends in order where `-t` or `-fs` tell it to, with numbers that agree. */
async function refuseTooLong(path: string, encoded: Encoded, limits: MediaLimits): Promise<void> {
  const seconds = (encoded.encodedSamples ?? 0) / encoded.sampleRate;
  if (seconds > limits.maxDurationS) {
    throw new SourceRefused('too-long', `more than ${limits.maxDurationS} s of audio`);
  }
  const { size } = await stat(path);
  if (size >= limits.maxOutputBytes) {
    throw new SourceRefused('too-long', `more than ${limits.maxOutputBytes} bytes of MP3`);
  }
}

/** A second encode, of another track or without the cover, begins again; the listener does not. */
function onlyRising(onProgress: (percent: number) => void): (percent: number) => void {
  let highest = 0;
  return (percent) => {
    if (percent <= highest) return;
    highest = percent;
    onProgress(percent);
  };
}

function fallbackTitle({ tagsFallback }: TranscodeRequest): { title?: string } {
  const title = cleanTag(tagsFallback?.title ?? '');
  return title === '' ? {} : { title };
}
