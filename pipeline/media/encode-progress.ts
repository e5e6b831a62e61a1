/**
 * Turns ffmpeg's `-progress` output into percent. What it says never goes back and stays below
 * 100: that is for the caller, once the MP3 is proved.
 */
export class EncodeProgress {
  #rest = '';
  #percent = 0;
  #reachedS = 0;

  constructor(
    /** Seconds the MP3 will take, or undefined: then nothing is reported. */
    private readonly durationS: number | undefined,
    private readonly onProgress: (percent: number) => void,
  ) {}

  /** Time of the last sample written so far, in seconds. Gaps in the source count. */
  get reachedS(): number {
    return this.#reachedS;
  }

  text(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-256);
    for (const line of lines) {
      const microseconds = /^out_time_us=(\d+)$/.exec(line)?.[1];
      if (microseconds !== undefined) this.#reached(Number(microseconds) / 1_000_000);
    }
  }

  #reached(reachedS: number): void {
    this.#reachedS = Math.max(this.#reachedS, reachedS);
    if (this.durationS === undefined || this.durationS <= 0) return;
    const percent = Math.min(99, Math.floor((this.#reachedS / this.durationS) * 100));
    if (percent <= this.#percent) return;
    this.#percent = percent;
    this.onProgress(percent);
  }
}
