/** A line of a bench's table. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'replays';
  /** At most this; null where nothing was promised. */
  readonly aim: number | null;
}
