import type { Container } from './container';
import type { Encoded } from './ffmpeg-command';
import type { AudioTrack, ProbedSource } from './probe-source';

export interface SourceEvidence {
  readonly source: ProbedSource;
  readonly sourceBytes: number;
  readonly track: AudioTrack;
  readonly encoded: Encoded;
  /** Seconds of audio in the MP3. */
  readonly audioS: number;
}

/** Fewer bits a second than this carry no sound: the duration beside them is wrong. */
const LEAST_BITS_PER_SECOND = 500;

/**
 * Says that audio of the source is missing in what was decoded, or undefined when nothing shows
 * it. ffmpeg skips what it cannot read and exits with 0.
 *
 * A duration alone proves little (audio may be shorter than the video, a timeline may have gaps,
 * or start a day late), and complaints alone neither (a recording begins in the middle of a
 * frame). Missing time *and* complaints do.
 */
export function sourceDamage(evidence: SourceEvidence): string | undefined {
  const { source, track, encoded, audioS } = evidence;
  if (encoded.endedEarly !== undefined) return `the file ends inside the audio`;
  const { undecodedPackets, packetsRead = 0 } = encoded;
  if (undecodedPackets > 2 && undecodedPackets > packetsRead / 50) {
    return `${undecodedPackets} of ${packetsRead} audio packets cannot be decoded`;
  }
  const stated = statedAudioS(source, track);
  if (stated !== undefined) {
    if (isMissing(stated, audioS)) return missing(stated, audioS);
    const unreachedS = stated - encoded.reachedS;
    if (unreachedS > (exactTo[source.container] ?? Infinity))
      return missing(stated, encoded.reachedS);
  }
  if (encoded.complaints === 0) return undefined;
  // In an Ogg every track starts with the file; where ffprobe says otherwise, it met the damage.
  const startS = source.container === 'ogg' ? 0 : track.startS;
  const lengths = [track.durationS ?? source.durationS, encoded.reachedS - startS];
  for (const length of lengths) {
    if (length !== undefined && isPlausible(length, evidence) && isMissing(length, audioS)) {
      return missing(length, audioS);
    }
  }
  return undefined;
}

/**
 * Seconds by which the end that was reached may fall short of what is stated: a frame of flac is
 * 0.09 s, the statement of an mp3 counts its encoder's padding, an AVI's is compared roughly only.
 */
const exactTo: Partial<Record<Container, number>> = { flac: 0.02, mp3: 0.1 };

/**
 * How long the audio is, where the container states it so that nothing but damage explains less:
 * these have no gaps. An AVI writer may count in wrong units, which its pictures give away.
 */
function statedAudioS(source: ProbedSource, track: AudioTrack): number | undefined {
  if (source.isDurationGuessed || track.durationS === undefined) return undefined;
  if (source.container === 'mp3' || source.container === 'flac') return track.durationS;
  const { videoDurationS } = source;
  if (source.container !== 'avi' || videoDurationS === undefined) return undefined;
  const differenceS = Math.abs(videoDurationS - track.durationS);
  return differenceS <= 1 + videoDurationS / 20 ? track.durationS : undefined;
}

/** More than 1 %, but not for less than half a second, and always for more than ten. */
function isMissing(expectedS: number, audioS: number): boolean {
  return expectedS - audioS > Math.min(10, Math.max(0.5, expectedS / 100));
}

function isPlausible(lengthS: number, { sourceBytes }: SourceEvidence): boolean {
  return (sourceBytes * 8) / lengthS >= LEAST_BITS_PER_SECOND;
}

function missing(expectedS: number, audioS: number): string {
  return `${audioS.toFixed(2)} s of ${expectedS.toFixed(2)} s of audio can be decoded`;
}
