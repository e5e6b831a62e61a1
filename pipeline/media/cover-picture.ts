import { readFile, stat } from 'node:fs/promises';
import { fileUrl, inputOptions } from './input-options';
import { processLimits } from './launcher';
import type { MediaLimits } from './media-limits';
import { MediaToolError } from './media-tool-error';
import { readPictureSize } from './picture-size';
import type { ProbedSource } from './probe-source';
import { runLimited } from './run-limited';
import { endingError } from './tool-ending';

/** What became of the cover picture of a source. */
export type Cover =
  | { readonly kind: 'none' }
  /** It goes into the MP3; `demuxer` is ffmpeg's for exactly this format. */
  | { readonly kind: 'picture'; readonly path: string; readonly demuxer: 'jpeg_pipe' | 'png_pipe' }
  /** The MP3 is made without it. */
  | { readonly kind: 'dropped'; readonly because: string };

export interface CoverRequest {
  readonly source: ProbedSource;
  readonly sourcePath: string;
  /** Where the picture is written to; the caller removes it. */
  readonly coverPath: string;
  readonly limits: MediaLimits;
  readonly signal: AbortSignal;
}

/**
 * Takes the cover picture out of a source, byte for byte: nothing decodes it before its size is
 * known, because a picture of 16,000 × 16,000 pixels in a few kB costs a gigabyte.
 *
 * @throws MediaToolError, or the signal's reason. A picture that is unfit is dropped, not an error.
 */
export async function takeCover(request: CoverRequest): Promise<Cover> {
  const { source, sourcePath, coverPath, limits, signal } = request;
  if (source.cover === undefined) return { kind: 'none' };
  const run = await runLimited({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'level+warning'],
      ...inputOptions(source.container, limits),
      ...['-i', fileUrl(sourcePath), '-map', `0:${source.cover.streamIndex}`],
      // This muxer alone neither needs the picture's size nor adds anything to its bytes.
      ...['-c', 'copy', '-frames:v', '1', '-f', 'image2pipe', '-y', fileUrl(coverPath)],
    ],
    limits: processLimits(limits, limits.maxCoverBytes),
    timeoutMs: limits.probeTimeoutMs,
    maxStdoutBytes: 0,
    signal,
  });
  if (run.exitCode !== 0) {
    const error = endingError(run);
    if (error instanceof MediaToolError) throw error;
    return { kind: 'dropped', because: error.message };
  }
  const { size } = await stat(coverPath);
  // Just as large as the limit means that it may have been cut there.
  if (size === 0 || size >= limits.maxCoverBytes) {
    return { kind: 'dropped', because: `the picture has ${size} bytes` };
  }
  const picture = readPictureSize(await readFile(coverPath));
  if (picture === undefined) {
    return { kind: 'dropped', because: `the picture is no JPEG or PNG but ${source.cover.codec}` };
  }
  if (picture.width * picture.height > limits.maxCoverPixels) {
    return {
      kind: 'dropped',
      because: `the picture has ${picture.width} × ${picture.height} pixels`,
    };
  }
  return {
    kind: 'picture',
    path: coverPath,
    demuxer: picture.format === 'jpeg' ? 'jpeg_pipe' : 'png_pipe',
  };
}
