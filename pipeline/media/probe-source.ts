import { z } from 'zod';
import { isDecodable } from './audio-decoders';
import type { Container } from './container';
import { fileUrl, inputOptions } from './input-options';
import { knownDecoders } from './known-decoders';
import { processLimits } from './launcher';
import type { MediaLimits } from './media-limits';
import { MediaToolError } from './media-tool-error';
import { runLimited } from './run-limited';
import { keptTags, pickTags, type SourceTags } from './source-tags';
import { endingError } from './tool-ending';

export interface AudioTrack {
  /** Index among all streams. */
  readonly streamIndex: number;
  /** Index among the audio streams: ffmpeg's `0:a:N`. */
  readonly audioIndex: number;
  /** ffmpeg's name of the codec. */
  readonly codec: string;
  /** We have a decoder for it and know its channels and sample rate. */
  readonly isDecodable: boolean;
  /** Matroska says so, and ffmpeg would decode noise. For a movie see mov-tracks.ts. */
  readonly isEncrypted: boolean;
  /** The player should take it unless told otherwise. */
  readonly isDefault: boolean;
  readonly channels: number;
  /** Samples per second. */
  readonly sampleRate: number;
  /** Seconds from the start of the container to the first sample. */
  readonly startS: number;
  /** Seconds, if the container states them for this track. */
  readonly durationS: number | undefined;
  /** Samples or packets, if the container counts them. */
  readonly statedCount: number | undefined;
  /** As the container says it. */
  readonly language?: string;
}

export interface CoverStream {
  readonly streamIndex: number;
  /** ffmpeg's name of the picture format. */
  readonly codec: string;
}

/** What ffprobe found in a file. */
export interface ProbedSource {
  readonly container: Container;
  /** ffprobe's name of the format. */
  readonly formatName?: string;
  readonly audioTracks: readonly AudioTrack[];
  /** Seconds the longest track takes, if the container says so or ffprobe could estimate it. */
  readonly durationS: number | undefined;
  /** Durations are a guess from the bit rate, not a statement of the container. */
  readonly isDurationGuessed: boolean;
  /** Seconds the moving pictures take, if the container states them for their track. */
  readonly videoDurationS: number | undefined;
  /** The moving pictures; 0 by 0 pixels where the container does not say. */
  readonly video?: { readonly codec: string; readonly width: number; readonly height: number };
  readonly tags: SourceTags;
  readonly cover: CoverStream | undefined;
}

export interface ProbeRequest {
  readonly path: string;
  readonly container: Container;
  readonly limits: MediaLimits;
  readonly signal: AbortSignal;
}

const seconds = z.coerce.number().nonnegative().optional().catch(undefined);
const count = z.coerce.number().int().nonnegative().optional().catch(undefined);
const tags = z.record(z.string(), z.string()).default({});

const outputSchema = z.object({
  streams: z.array(
    z.object({
      index: z.int(),
      codec_type: z.string().optional(),
      codec_name: z.string().default('unknown'),
      channels: z.int().default(0),
      sample_rate: z.coerce.number().default(0),
      width: z.int().default(0),
      height: z.int().default(0),
      start_time: z.coerce.number().optional().catch(undefined),
      duration: seconds,
      nb_frames: count,
      disposition: z.object({ default: z.int(), attached_pic: z.int() }),
      tags,
    }),
  ),
  format: z.object({
    format_name: z.string().optional(),
    duration: seconds,
    start_time: z.coerce.number().optional().catch(undefined),
    tags,
  }),
});

/**
 * Asks ffprobe what is in a file, with the demuxer forced.
 *
 * @throws SourceRefused `damaged` when the demuxer cannot read it; MediaToolError; the signal's
 * reason.
 */
export async function probeSource(request: ProbeRequest): Promise<ProbedSource> {
  const { path, container, limits, signal } = request;
  const run = await runLimited({
    program: 'ffprobe',
    args: [
      ...['-hide_banner', '-loglevel', 'level+warning'],
      ...inputOptions(container, limits),
      // The empty stream specifier reaches ffprobe's own opening of decoders and nothing else.
      ...['-codec_whitelist:', await knownDecoders(limits)],
      ...['-show_entries', shownEntries],
      ...['-of', 'json', '-i', fileUrl(path)],
    ],
    limits: processLimits(limits, 0),
    timeoutMs: limits.probeTimeoutMs,
    maxStdoutBytes: 4 * 1024 * 1024,
    signal,
  });
  if (run.exitCode !== 0) throw endingError(run);
  const output = readOutput(run.stdout);
  const audio = output.streams.filter((stream) => stream.codec_type === 'audio');
  const picture = output.streams.find((stream) => stream.disposition.attached_pic === 1);
  const video = output.streams.find(
    (stream) => stream.codec_type === 'video' && stream.disposition.attached_pic === 0,
  );
  const containerStartS = output.format.start_time ?? 0;
  const { format_name: formatName } = output.format;
  return {
    container,
    ...(formatName === undefined ? {} : { formatName }),
    audioTracks: audio.map((stream, audioIndex) => ({
      streamIndex: stream.index,
      audioIndex,
      codec: stream.codec_name,
      isDecodable: isDecodable(stream.codec_name) && stream.channels > 0 && stream.sample_rate > 0,
      isEncrypted: keyTag in stream.tags,
      isDefault: stream.disposition.default === 1,
      channels: stream.channels,
      sampleRate: stream.sample_rate,
      startS: Math.max(0, (stream.start_time ?? containerStartS) - containerStartS),
      durationS: stream.duration,
      statedCount: stream.nb_frames,
      ...languageOf(stream.tags),
    })),
    durationS: output.format.duration,
    isDurationGuessed: run.tail.some((line) => line.includes('Estimating duration from bitrate')),
    videoDurationS: video?.duration,
    ...(video === undefined
      ? {}
      : { video: { codec: video.codec_name, width: video.width, height: video.height } }),
    // Ogg keeps the tags with the stream; where both have one, the file's own wins.
    tags: { ...pickTags(audio[0]?.tags ?? {}), ...pickTags(output.format.tags) },
    cover: picture && { streamIndex: picture.index, codec: picture.codec_name },
  };
}

/** "und" is no language but says that none is known (ISO 639-2). */
function languageOf(found: Readonly<Record<string, string>>): { language?: string } {
  const { language } = pickTags(found);
  return language === undefined || language === 'und' ? {} : { language };
}

/** Where ffmpeg's Matroska demuxer leaves the key's id of an encrypted track. */
const keyTag = 'enc_key_id';
const shownTags = keptTags.join(',');
const shownEntries = [
  'stream=index,codec_type,codec_name,channels,sample_rate,width,height,start_time,duration,nb_frames',
  'stream_disposition=default,attached_pic',
  `stream_tags=${shownTags},${keyTag}`,
  'format=format_name,start_time,duration',
  `format_tags=${shownTags}`,
].join(':');

function readOutput(stdout: Buffer): z.infer<typeof outputSchema> {
  let json: unknown;
  try {
    json = JSON.parse(stdout.toString());
  } catch (cause) {
    throw new MediaToolError('ffprobe exited with 0 but wrote no JSON', { cause });
  }
  const output = outputSchema.safeParse(json);
  if (output.success) return output.data;
  throw new MediaToolError(
    `ffprobe wrote other JSON than expected: ${z.prettifyError(output.error)}`,
  );
}
