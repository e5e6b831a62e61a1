/** What one conversion may cost. Every field is a hard bound; none of them scales with the file. */
export interface MediaLimits {
  /**
   * Address space of one ffmpeg or ffprobe, in bytes (RLIMIT_AS). ffmpeg's own options do not hold
   * an index of a billion entries; this does. Debian's ffmpeg maps about 250 MB before it works.
   */
  readonly addressSpaceBytes: number;
  /** CPU time of one ffmpeg or ffprobe, in seconds (RLIMIT_CPU). */
  readonly cpuSeconds: number;
  /** Time on the clock for the encode, in milliseconds: catches what is blocked and uses no CPU. */
  readonly wallTimeoutMs: number;
  /** Time on the clock for ffprobe, and for taking out a cover picture, in milliseconds. */
  readonly probeTimeoutMs: number;
  /** Longest audio that is converted, in seconds. Longer is `too-long`, never a cut MP3. */
  readonly maxDurationS: number;
  /** Largest MP3, in bytes. Larger is `too-long`, never a cut MP3. */
  readonly maxOutputBytes: number;
  /**
   * Most streams a container may have: each costs ffmpeg up to a MB before a byte is decoded. Films
   * with a font for every subtitle have a hundred.
   */
  readonly maxStreams: number;
  /** Largest cover picture that is kept, in bytes; a larger one is left out. */
  readonly maxCoverBytes: number;
  /** Largest cover picture that is kept, in pixels (width × height); a larger one is left out. */
  readonly maxCoverPixels: number;
}

const MIB = 1024 * 1024;

/** Enough for twelve hours at 320 kbit/s on a slow core. */
export const defaultMediaLimits: MediaLimits = {
  addressSpaceBytes: 1536 * MIB,
  cpuSeconds: 1800,
  wallTimeoutMs: 2 * 60 * 60 * 1000,
  probeTimeoutMs: 60 * 1000,
  maxDurationS: 12 * 60 * 60,
  maxOutputBytes: 2048 * MIB,
  maxStreams: 200,
  maxCoverBytes: 4 * MIB,
  maxCoverPixels: 4096 * 4096,
};
