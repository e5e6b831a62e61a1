/** What is known of an amount that differs from video to video. */
export interface Spread {
  readonly mean: number;
  /** Variance over mean squared: 0 always the same, 1 as an exponential, 2 a few very large ones. */
  readonly squaredCv: number;
}

/** What listeners do. */
export interface Workload {
  readonly videosPerHour: number;
  readonly audioMinutes: Spread;
  /** Millions of bytes of a video. */
  readonly videoMegabytes: Spread;
  /** Bit rate of the MP3s on average; LAME `-V2`, our default, is variable. */
  readonly mp3KilobitsPerSecond: number;
  readonly downloadsPerVideo: number;
  readonly loginsPerVideo: number;
  /** Other requests with a token: looks at the job, the list, the page. */
  readonly requestsPerVideo: number;
}

/** A talk or a song collection from a phone: what docs/scaling.md reckons with. */
export const referenceWorkload: Omit<Workload, 'videosPerHour'> = {
  audioMinutes: { mean: 10, squaredCv: 2 },
  videoMegabytes: { mean: 60, squaredCv: 2 },
  mp3KilobitsPerSecond: 190,
  downloadsPerVideo: 1,
  loginsPerVideo: 0.5,
  requestsPerVideo: 20,
};

export function mp3Megabytes({
  audioMinutes,
  mp3KilobitsPerSecond,
}: Pick<Workload, 'audioMinutes' | 'mp3KilobitsPerSecond'>): number {
  return (audioMinutes.mean * 60 * mp3KilobitsPerSecond) / 8 / 1_000;
}
