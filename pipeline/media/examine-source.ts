import { earlyEnd } from './early-end/early-end';
import type { MediaLimits } from './media-limits';
import { readMovTracks } from './mov-tracks';
import { probeSource, type AudioTrack, type ProbedSource } from './probe-source';
import { rankTracks } from './rank-tracks';
import { recognizeSource } from './recognize-source';
import { SourceFile } from './source-file';
import { SourceRefused } from './source-refused';

export interface ExaminedSource {
  readonly source: ProbedSource;
  /** Size of the file, in bytes. */
  readonly sourceBytes: number;
  /** The tracks that may become the MP3, best first. */
  readonly tracks: readonly [AudioTrack, ...AudioTrack[]];
}

/**
 * Finds out everything that can be known before the encoder runs. What its own bytes give away is
 * looked at first: then a bomb never reaches ffmpeg.
 *
 * @throws SourceRefused for any reason but `too-long`; MediaToolError; the signal's reason.
 */
export async function examineSource(
  path: string,
  { limits, signal }: { readonly limits: MediaLimits; readonly signal: AbortSignal },
): Promise<ExaminedSource> {
  return SourceFile.with(path, async (file) => {
    const container = await recognizeSource(file);
    const movTracks = container === 'mov' ? await readMovTracks(file) : [];
    const soundTracks = movTracks.filter((track) => track.isSound);
    if (soundTracks.length > 0 && soundTracks.every((track) => track.isEncrypted)) {
      throw new SourceRefused('encrypted', 'every audio track is encrypted');
    }
    const damage = await earlyEnd(file, container);
    if (damage !== undefined) throw new SourceRefused('damaged', damage);
    const source = await probeSource({ path, container, limits, signal }).catch(
      (error: unknown) => {
        // ffmpeg stumbles over encrypted pictures too, and then reads no track at all.
        const encrypted = error instanceof SourceRefused && movTracks.some((t) => t.isEncrypted);
        throw encrypted ? new SourceRefused('encrypted', error.message) : error;
      },
    );
    const tracks = rankTracks(
      source.audioTracks.map((track) => ({
        ...track,
        isEncrypted: track.isEncrypted || (soundTracks[track.audioIndex]?.isEncrypted ?? false),
      })),
    );
    return { source, sourceBytes: file.size, tracks };
  });
}
