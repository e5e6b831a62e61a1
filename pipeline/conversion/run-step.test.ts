import { pino } from 'pino';
import { DependencyUnavailable } from '../../observability/breaker';
import { Metrics } from '../../observability/metrics';
import { Stopping, StepTimeout } from '../deliveries/failure';
import { SourceRefused } from '../media/source-refused';
import { runStep, StepFailure, type AttemptContext } from './run-step';
import type { Step } from './step';

function attemptWith(signal: AbortSignal): AttemptContext & { readonly progress: unknown[] } {
  const progress: unknown[] = [];
  return {
    signal,
    log: pino({ level: 'silent' }),
    metrics: new Metrics('converter'),
    onProgress: (...reported) => progress.push(reported),
    progress,
  };
}

const never = new AbortController().signal;
const stepThat = (run: Step<string, string>['run'], timeoutMs = 60_000): Step<string, string> => ({
  name: 'transcode',
  timeoutMs,
  run,
});

/** Works until it is told to stop, and then says nothing of use. */
const untilAborted = stepThat(
  (_input, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('killed'));
      });
    }),
);

async function failureOf(running: Promise<unknown>): Promise<StepFailure> {
  const error: unknown = await running.catch((thrown: unknown) => thrown);
  if (!(error instanceof StepFailure)) throw new Error(`expected a StepFailure`, { cause: error });
  return error;
}

const results = async ({ metrics }: AttemptContext): Promise<unknown> => {
  const text = await metrics.registry.metrics();
  return [...text.matchAll(/_count\{step="(.+)",result="(.+)"\} 1/g)].map(([, ...one]) => one);
};

it('hands on the output and reports progress from 0 on', async () => {
  const attempt = attemptWith(never);
  const step = stepThat((input, { progress }) => {
    progress(50);
    return Promise.resolve(`${input}!`);
  });
  expect(await runStep(step, 'in', attempt)).toBe('in!');
  expect(attempt.progress).toEqual([
    ['transcode', 0],
    ['transcode', 50],
  ]);
  expect(await results(attempt)).toEqual([['transcode', 'ok']]);
});

it.each([
  ['refused', new SourceRefused('no-audio', 'none')],
  ['deferred', new DependencyUnavailable('jobs', 'away')],
  ['failed', new TypeError('a defect')],
])('tags a failure with its step and counts it as %s', async (result, cause) => {
  const attempt = attemptWith(never);
  const step = stepThat(() => Promise.reject(cause));
  expect(await failureOf(runStep(step, '', attempt))).toMatchObject({ step: 'transcode', cause });
  expect(await results(attempt)).toEqual([['transcode', result]]);
});

it('ends a step that takes too long', async () => {
  const failure = await failureOf(
    runStep({ ...untilAborted, timeoutMs: 1 }, '', attemptWith(never)),
  );
  expect(failure.cause).toBeInstanceOf(StepTimeout);
});

it('fails for the reason of the abort, whatever the aborted step throws', async () => {
  const stopping = new AbortController();
  const running = failureOf(runStep(untilAborted, '', attemptWith(stopping.signal)));
  const reason = new Stopping('bye');
  stopping.abort(reason);
  expect((await running).cause).toBe(reason);
});

it('does not begin a step of an attempt that is over', async () => {
  const reason = new Stopping('bye');
  const attempt = attemptWith(AbortSignal.abort(reason));
  const failure = await failureOf(runStep(untilAborted, '', attempt));
  expect(failure.cause).toBe(reason);
  expect(attempt.progress).toEqual([]);
});
