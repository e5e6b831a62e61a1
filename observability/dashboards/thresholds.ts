/** From which value on a number is worth a look (`warn`) and is bad, and on which side. */
export interface Thresholds {
  readonly badWhen: 'above' | 'below';
  readonly warn: number;
  readonly bad: number;
}

export function badAbove(warn: number, bad: number): Thresholds {
  return { badWhen: 'above', warn, bad };
}

export function badBelow(warn: number, bad: number): Thresholds {
  return { badWhen: 'below', warn, bad };
}

export interface ThresholdStep {
  readonly value: number | null;
  readonly color: string;
}

/** Grafana's steps: each colour holds from its value on, the first from minus infinity (null). */
export function thresholdSteps({ badWhen, warn, bad }: Thresholds): ThresholdStep[] {
  const between =
    warn === bad ? [] : [{ value: badWhen === 'above' ? warn : bad, color: 'orange' }];
  return badWhen === 'above'
    ? [{ value: null, color: 'green' }, ...between, { value: bad, color: 'red' }]
    : [{ value: null, color: 'red' }, ...between, { value: warn, color: 'green' }];
}
