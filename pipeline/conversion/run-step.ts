import type { StepName } from '../../contracts/job';
import type { Logger } from '../../observability/logger';
import type { StepResult } from '../../observability/metric-labels';
import type { Metrics } from '../../observability/metrics';
import { inSpan, noteOnSpan } from '../../observability/spans';
import { StepTimeout, classifyError } from '../deliveries/failure';
import { SourceRefused } from '../media/source-refused';
import type { LocalMp3 } from './hand-offs';
import type { Step } from './step';

/** Knows which step failed; the cause says how. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  constructor(
    readonly step: StepName,
    override readonly cause: unknown,
  ) {
    super(`${step}: ${Error.isError(cause) ? cause.message : String(cause)}`);
  }
}

export interface AttemptContext {
  /** Aborted with a reason (claim lost, stopping) when the attempt must end. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly onProgress: (step: StepName, percent: number) => void;
  /** Told where the video is once it is fetched whole. */
  readonly onFetched?: (videoPath: string) => void;
  /** Told of the MP3 once it is proved. */
  readonly onTranscoded?: (mp3: LocalMp3) => void;
}

/**
 * Runs one step with its time limit, span, log lines and duration.
 *
 * @throws StepFailure whatever happens.
 */
export async function runStep<In, Out>(
  step: Step<In, Out>,
  input: In,
  attempt: AttemptContext,
): Promise<Out> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(new StepTimeout(`${step.name} took longer than ${step.timeoutMs} ms`));
  }, step.timeoutMs);
  const signal = AbortSignal.any([attempt.signal, timeout.signal]);
  const startedAt = performance.now();
  const observe = (result: StepResult) => {
    const seconds = (performance.now() - startedAt) / 1_000;
    noteOnSpan({ 'step.result': result });
    attempt.metrics.observe('step_duration_seconds', { step: step.name, result }, seconds);
    attempt.log.debug({ step: step.name, result, seconds }, `step ${step.name}: ${result}`);
  };
  const run = async () => {
    try {
      signal.throwIfAborted();
      attempt.onProgress(step.name, 0);
      const output = await step.run(input, {
        signal,
        progress: (percent) => {
          attempt.onProgress(step.name, percent);
        },
      });
      observe('ok');
      return output;
    } catch (thrown) {
      // Whatever an aborted step throws, the reason of the abort is why it failed.
      const error: unknown = signal.aborted ? signal.reason : thrown;
      observe(resultOf(error));
      throw error;
    }
  };
  try {
    return await inSpan(step.name, {}, run);
  } catch (error) {
    throw new StepFailure(step.name, error);
  } finally {
    clearTimeout(timer);
  }
}

function resultOf(error: unknown): StepResult {
  if (error instanceof SourceRefused) return 'refused';
  return classifyError(error).kind === 'not-now' ? 'deferred' : 'failed';
}
