/** One audio track of a source, as ffprobe names it. */
export interface AudioFacts {
  readonly codec: string;
  readonly channels: number;
  /** Samples per second. */
  readonly sampleRate: number;
  /** Seconds, if the container states them for this track. */
  readonly durationS: number | null;
  /** ISO 639-2, as the container says it. */
  readonly language?: string;
}

/** What we know of an uploaded file without converting it: for whoever asks why that failed. */
export interface SourceFacts {
  /** The container its bytes show, one of `pipeline/media/container.ts`; null when none of ours. */
  readonly container: string | null;
  /** ffprobe's name of the format. */
  readonly formatName?: string;
  /** Seconds, where the container says so or ffprobe could estimate them. */
  readonly durationS: number | null;
  readonly bytes: number;
  readonly audioTracks: readonly AudioFacts[];
  /**
   * The moving pictures, 0 by 0 pixels where the container does not say; null when there are none, or
   * they are not known.
   */
  readonly video: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
  } | null;
  /** Why ffprobe could not say more; null when it could. */
  readonly problem: string | null;
}
