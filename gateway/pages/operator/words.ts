import type {
  AuditLine,
  LetterSummary,
  OrderView,
  PlanKind,
  Preview,
} from '../../../dead-letters/views';
import type { OrderAction } from '../../../dead-letters/order';

type Queue = LetterSummary['queue'];
type Reason = LetterSummary['reason'];
type State = LetterSummary['state'];
type Outcome = NonNullable<LetterSummary['outcome']>;

export const queueWords: Record<Queue, string> = {
  video: 'video (conversion)',
  mp3: 'mp3 (mail: ready)',
  failed: 'failed (mail: refused)',
};

export const stateWords: Record<State, string> = {
  open: 'open',
  parked: 'parked',
  replaying: 'being replayed',
  replayed: 'replayed',
  discarded: 'discarded',
};

export const reasonWords: Record<Reason, string> = {
  'attempts-exhausted': 'attempts used up',
  'invalid-message': 'not a valid message',
  'mail-refused': 'mail refused',
  'unknown-error': 'unknown error',
  'delivery-limit': 'worker crashed',
  rejected: 'rejected by a consumer',
  expired: 'expired in the queue',
  overflow: 'queue was full',
  'not-stated': 'no reason stated',
};

export const outcomeWords: Record<Outcome, string> = {
  waiting: 'still waiting',
  succeeded: 'succeeded',
  failed: 'failed, listener told',
  'died-again': 'died again',
  gone: 'job removed',
};

export const actionWords: Record<AuditLine['action'], string> = {
  replay: 'Replay',
  discard: 'Discard',
  park: 'Park',
  unpark: 'Unpark',
  import: 'Import',
};

export const orderStateWords: Record<OrderView['state'], string> = {
  running: 'running',
  stopped: 'stopped',
  finished: 'finished',
};

const replayPlans: Record<PlanKind, string> = {
  'reopen-job': 'the job is queued again',
  'create-job': 'a job is made from the message',
  'announce-again': 'the mail is sent again',
  publish: 'the message goes back on its queue',
  close: 'nothing is left to do, so the letter is closed',
  refused: 'cannot be replayed',
};

const otherPlans: Record<Exclude<OrderAction, 'replay'>, string> = {
  discard: 'given up for good; a job that still waits for it fails, and its listener is told',
  park: 'put aside',
  unpark: 'put back among the open ones',
};

/** What becomes of letters with one kind of plan. */
export function planWords(action: OrderAction, plan: PlanKind): string {
  if (action === 'replay') return replayPlans[plan];
  return plan === 'refused' ? 'cannot be acted on' : otherPlans[action];
}

/** Letters that something would be done with. */
export function actedOn({ plans }: Preview): number {
  const { refused: _, ...acting } = plans;
  return Object.values(acting).reduce((sum, count) => sum + count, 0);
}

export function letters(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'letter' : 'letters'}`;
}

/** Narrows a text to a key of one of the tables above. */
export function isKeyOf<Key extends string>(
  words: Readonly<Record<Key, string>>,
  text: string,
): text is Key {
  return Object.hasOwn(words, text);
}

export function entriesOf<Key extends string, Value>(
  table: Readonly<Partial<Record<Key, Value>>>,
): [Key, Value][] {
  return Object.entries(table) as [Key, Value][];
}
