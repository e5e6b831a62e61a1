import type { DeadReason } from '../../contracts/headers';
import { refusalReasons } from '../../contracts/refusal-reason';
import { dependencies, DependencyUnavailable } from '../../observability/breaker';
import type { DeferReason } from '../../observability/metric-labels';
import { NoRoom } from '../conversion/work-disk';
import { PublishFailed } from '../../contracts/broker/confirmed-publisher';
import { MediaToolError } from '../media/media-tool-error';
import { SourceRefused } from '../media/source-refused';
import { decideOutcome } from './decide-outcome';
import {
  ClaimLost,
  classifyError,
  deferReasonOf,
  MailRefused,
  Stopping,
  StepTimeout,
  TransientError,
  type Failure,
} from './failure';
import type { Outcome } from './outcome';

const withCode = (code: string) => Object.assign(new Error(code), { code });

const fullDisk = new MediaToolError('ffmpeg found no space', { code: 'ENOSPC' });

type Shown = Exclude<Outcome['kind'], 'dead-letter'> | DeadReason;
const exhausts = { kind: 'transient', open: 'retry', last: 'attempts-exhausted' } as const;
const waits = (reason: DeferReason) =>
  ({ kind: 'not-now', open: 'defer', last: 'defer', reason }) as const;
const fails = { kind: 'refused', open: 'failed', last: 'failed' } as const;
const mailRefused = { kind: 'mail-refused', open: 'mail-refused', last: 'mail-refused' } as const;
const defect = { kind: 'unknown', open: 'unknown-error', last: 'unknown-error' } as const;

interface Expected {
  readonly kind: Failure['kind'];
  readonly open: Shown;
  readonly last: Shown;
  /** Why it is put off, if it is. */
  readonly reason?: DeferReason;
}

/** What each error means, and what it comes to with attempts left and on the last one. */
const table: [string, unknown, Expected][] = [
  ...refusalReasons.map((reason): (typeof table)[number] => [
    `a file refused for ${reason}`,
    new SourceRefused(reason, 'no'),
    fails,
  ]),
  ...dependencies.map((dependency): (typeof table)[number] => [
    `an outage of ${dependency}`,
    new DependencyUnavailable(dependency, 'down'),
    waits('dependency'),
  ]),
  ['a lost claim', new ClaimLost('lost'), waits('claim')],
  ['a stopping worker', new Stopping('bye'), waits('stopping')],
  ['a full disk', withCode('ENOSPC'), waits('disk')],
  ['a full disk that ffmpeg met', fullDisk, waits('disk')],
  ['a reservation without room', new NoRoom('full'), waits('disk')],
  ['a silent broker', new PublishFailed('mp3', 'unknown', 'timeout'), waits('broker')],
  ['a full queue', new PublishFailed('mp3', 'refused', 'nacked'), waits('broker')],
  ['a missing queue', new PublishFailed('mp3', 'unroutable', 'no such queue'), waits('broker')],
  ['a transient error', new TransientError('later'), exhausts],
  ['a step timeout', new StepTimeout('slow'), exhausts],
  ['a broken tool', new MediaToolError('killed'), exhausts],
  ...['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM', 'EIO', 'EDQUOT'].map(
    (code): (typeof table)[number] => [code, withCode(code), exhausts],
  ),
  ['a refused mail', new MailRefused('550'), mailRefused],
  ['a defect', new TypeError('x is not a function'), defect],
  ['a missing file', withCode('ENOENT'), defect],
  ['a thrown string', 'oops', defect],
];

/** Every cell: which attempt it is, of how many. */
const attempts: [number, number, 'open' | 'last'][] = [
  [1, 4, 'open'],
  [3, 4, 'open'],
  [4, 4, 'last'],
  // The limit was lowered meanwhile.
  [5, 4, 'last'],
  [1, 1, 'last'],
];

describe.each(table)('%s', (_name, error, expected) => {
  const failure = classifyError(error);

  it(`is ${expected.kind}`, () => {
    expect(failure.kind).toBe(expected.kind);
    expect(deferReasonOf(failure)).toBe(expected.reason ?? 'unforeseen');
  });

  it.each(attempts)('on attempt %d of %d', (attempt, maxAttempts, which) => {
    const outcome = decideOutcome(failure, { attempt, maxAttempts, step: 'transcode', replay: 3 });
    const shown = outcome.kind === 'dead-letter' ? outcome.letter.reason : outcome.kind;
    expect(shown).toBe(expected[which]);
    if (outcome.kind === 'dead-letter') {
      expect(outcome.letter).toMatchObject({ step: 'transcode', attempts: attempt, replay: 3 });
      expect(outcome.letter.errorClass).toBe(Error.isError(error) ? error.name : 'Error');
      expect(outcome.letter.error).toBe(Error.isError(error) ? error.message : error);
    }
    if (outcome.kind === 'defer') expect(outcome.reason).toBe(expected.reason);
    if (outcome.kind === 'retry') expect(outcome.attempt).toBe(attempt);
  });
});
