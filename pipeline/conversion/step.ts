import type { StepName } from '../../contracts/job';

export interface StepContext {
  /** Aborted when the step's time is up, the claim is lost or the process stops. */
  readonly signal: AbortSignal;
  /** Reports how much of the step is done, 0 to 100. */
  readonly progress: (percent: number) => void;
}

/**
 * One named unit inside an attempt. A step does its own thing and nothing else: no logging,
 * metric, retry or policy. Its input type is the output type of the step before it, so a wrong
 * order does not compile.
 */
export interface Step<In, Out> {
  readonly name: StepName;
  /** Longest time it may take, in milliseconds. */
  readonly timeoutMs: number;
  run(input: In, context: StepContext): Promise<Out>;
}
