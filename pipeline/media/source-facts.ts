import type { SourceFacts } from '../../contracts/source-facts';
import type { MediaLimits } from './media-limits';
import { probeSource } from './probe-source';
import { recognizeSource } from './recognize-source';
import { SourceFile } from './source-file';

/** Longest text of a problem, in UTF-16 units. */
const maxProblem = 500;

/**
 * What can be said of a file without converting it, for whoever asks why that failed. ffprobe runs
 * within the same limits as for a conversion.
 *
 * @throws MediaToolError when the file cannot be opened; the signal's reason.
 */
export async function sourceFacts(
  path: string,
  { limits, signal }: { readonly limits: MediaLimits; readonly signal: AbortSignal },
): Promise<SourceFacts> {
  return SourceFile.with(path, async (file) => {
    const unknown: SourceFacts = {
      container: null,
      durationS: null,
      bytes: file.size,
      audioTracks: [],
      video: null,
      problem: null,
    };
    let container: SourceFacts['container'] = null;
    try {
      const recognized = await recognizeSource(file);
      container = recognized;
      const probed = await probeSource({ path, container: recognized, limits, signal });
      return {
        ...unknown,
        container,
        ...(probed.formatName === undefined ? {} : { formatName: probed.formatName }),
        durationS: probed.durationS ?? null,
        audioTracks: probed.audioTracks.map((track) => ({
          codec: track.codec,
          channels: track.channels,
          sampleRate: track.sampleRate,
          durationS: track.durationS ?? null,
          ...(track.language === undefined ? {} : { language: track.language }),
        })),
        video: probed.video ?? null,
      };
    } catch (error) {
      signal.throwIfAborted();
      const problem = Error.isError(error) ? error.message : String(error);
      return { ...unknown, container, problem: problem.slice(0, maxProblem) };
    }
  });
}
