import type { LetterAddress } from './operator-link';
import type { Thresholds } from './thresholds';

/** The kinds of panel we use; what draws the documentation's pictures knows these and no other. */
export const panelKinds = ['stat', 'timeseries', 'bargauge', 'state-timeline'] as const;
export type PanelKind = (typeof panelKinds)[number];

/** Grafana's unit ids (grafana.com/docs, "Standard options"); `suffix:` is what follows the number. */
export const units = [
  'short',
  's',
  'percentunit',
  'bytes',
  'binBps',
  'reqps',
  'suffix:/min',
  'suffix:×',
  'suffix:cores',
] as const;
export type Unit = (typeof units)[number];

export interface Query {
  readonly expr: string;
  /** Grafana's legend format, such as `{{queue}}`; without one, the panel shows no legend. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly kind: PanelKind;
  /** What the numbers are, for somebody who has never seen the panel. */
  readonly shows: string;
  /** What to look at and to do when they are bad. */
  readonly whenBad: string;
  readonly unit: Unit;
  readonly queries: readonly [Query, ...Query[]];
  /** Columns of the grid, which has 24. */
  readonly width: number;
  readonly thresholds?: Thresholds;
  /** Words for values: a state's name, or what a value at or beyond a limit means. */
  readonly words?: readonly ValueWord[];
  /** What is shown where the queries find nothing and that is good news. */
  readonly nothing?: string;
  readonly stacked?: boolean;
  readonly max?: number;
  /** Set on every panel about dead letters: leads to these letters on the operator's page. */
  readonly letters?: LetterAddress;
}

export interface ValueWord {
  readonly from: number;
  readonly to: number;
  readonly word: string;
  readonly color: 'green' | 'orange' | 'red' | 'blue';
}
