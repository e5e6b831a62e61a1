import { DependencyUnavailable } from '../../observability/breaker';
import { PublishFailed } from '../../contracts/broker/confirmed-publisher';
import { MediaToolError } from '../media/media-tool-error';
import { SourceRefused } from '../media/source-refused';
import { decideOutcome } from './decide-outcome';
import {
  ClaimLost,
  classifyError,
  MailRefused,
  Stopping,
  StepTimeout,
  TransientError,
} from './failure';

const withCode = (code: string) => Object.assign(new Error(code), { code });

/** Every kind of error, what it means, and what it comes to on the first and on the last attempt. */
const table: [string, unknown, string, string, string][] = [
  ['a refused file', new SourceRefused('no-audio', 'no audio'), 'refused', 'failed', 'failed'],
  ['an outage', new DependencyUnavailable('jobs', 'down'), 'not-now', 'defer', 'defer'],
  ['a lost claim', new ClaimLost('lost'), 'not-now', 'defer', 'defer'],
  ['a stopping worker', new Stopping('bye'), 'not-now', 'defer', 'defer'],
  ['a full disk', withCode('ENOSPC'), 'not-now', 'defer', 'defer'],
  ['a transient error', new TransientError('later'), 'transient', 'retry', 'attempts-exhausted'],
  ['a step timeout', new StepTimeout('slow'), 'transient', 'retry', 'attempts-exhausted'],
  ['a broken tool', new MediaToolError('killed'), 'transient', 'retry', 'attempts-exhausted'],
  ['a silent broker', new PublishFailed('mp3', 'unknown', 'timeout'), 'not-now', 'defer', 'defer'],
  ['a full queue', new PublishFailed('mp3', 'refused', 'nacked'), 'not-now', 'defer', 'defer'],
  ['too many open files', withCode('EMFILE'), 'transient', 'retry', 'attempts-exhausted'],
  ['a refused mail', new MailRefused('550'), 'mail-refused', 'mail-refused', 'mail-refused'],
  ['a defect', new TypeError('x is not a function'), 'unknown', 'unknown-error', 'unknown-error'],
  ['a thrown string', 'oops', 'unknown', 'unknown-error', 'unknown-error'],
];

describe.each(table)('%s', (_name, error, kind, first, last) => {
  const failure = classifyError(error);

  it(`is ${kind}`, () => {
    expect(failure.kind).toBe(kind);
  });

  it.each([
    ['first', 1, first],
    ['last', 4, last],
  ])('on the %s attempt', (_which, attempt, expected) => {
    const outcome = decideOutcome(failure, { attempt, maxAttempts: 4, step: 'transcode' });
    const shown = outcome.kind === 'dead-letter' ? outcome.letter.reason : outcome.kind;
    expect(shown).toBe(expected);
    if (outcome.kind === 'dead-letter') {
      expect(outcome.letter).toMatchObject({ step: 'transcode', attempts: attempt });
      expect(outcome.letter.error).toBe(Error.isError(error) ? error.message : error);
    }
    if (outcome.kind === 'retry') expect(outcome.attempt).toBe(attempt);
  });
});
