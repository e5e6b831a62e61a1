import { audioDecoderAllowList } from './audio-decoders';
import type { Container } from './container';
import type { MediaLimits } from './media-limits';

/**
 * The options in front of `-i` and a stranger's file, for ffmpeg and ffprobe.
 *
 * Demuxer and protocol are forced *and* allow-listed: `-protocol_whitelist file` alone lets a
 * playlist read local files. `file:` keeps a path from being read as a URL or `concat:`.
 */
export function inputOptions(container: Container, limits: MediaLimits): string[] {
  return [
    ...['-max_alloc', String(256 * 1024 * 1024)],
    ...['-threads', '1'],
    ...['-protocol_whitelist', 'file'],
    ...['-format_whitelist', container],
    ...['-f', container],
    ...['-codec_whitelist', audioDecoderAllowList],
    ...['-max_streams', String(limits.maxStreams)],
    ...['-probesize', '5000000'],
    ...['-analyzeduration', '10000000'],
  ];
}

/** A path as ffmpeg must be given it. */
export function fileUrl(path: string): string {
  return `file:${path}`;
}
