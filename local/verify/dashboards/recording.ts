/** One series as Prometheus answered it. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch, and the value. */
  readonly points: readonly (readonly [number, number])[];
}

/** What one query of a panel found over the run, and at its end. */
export interface RecordedTarget {
  readonly refId: string;
  /** As it was asked: variables put in. */
  readonly expression: string;
  readonly over: readonly Series[];
  /** At the end of the run; what a panel of "now" shows. */
  readonly now: readonly Series[];
}

export interface RecordedAlert {
  readonly name: string;
  readonly fromS: number;
  readonly toS: number;
}

export interface RecordedMark {
  readonly name: string;
  readonly color: string;
  readonly atS: number;
}

/** Everything that a dashboard's picture is drawn from. */
export interface Recording {
  readonly uid: string;
  readonly fromS: number;
  readonly toS: number;
  /** By the panel's id. */
  readonly panels: Readonly<Record<string, readonly RecordedTarget[]>>;
  readonly marks: readonly RecordedMark[];
  /** When alerts fired, all of them. */
  readonly alerts: readonly RecordedAlert[];
}
