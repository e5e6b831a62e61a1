import type { AnyBulkWriteOperation } from 'mongodb';
import { actionEntry } from '../audit/action-entry';
import { appendEntries } from '../audit/append-entries';
import type { DeadLetterRecord } from '../dead-letter';
import type { Editor } from '../edit/apply-edit';
import { mailIdPrefix } from '../mail-id';
import type { OrderRecord } from '../order';
import type { AcceptedReplay } from './accepted-replay';
import type { OrdersDeps } from './orders-deps';
import { describePlan } from './plan';
import { planReplays, type PlannedReplay } from './plan-letters';
import { jobWrite } from './job-write';
import { publishLetter } from './publish-letter';
import { withReplaySpan } from './replay-span';

/** Broker's confirms waited for at a time. */
const atOnce = 8;

/**
 * Puts letters back, in four steps: each letter is marked `replaying`, written to the audit, put
 * back, and marked `replayed`. Whoever dies in between leaves letters that are `replaying`; they
 * come here again and go on. The number `replay` on letter and job tells what was put back already.
 *
 * @throws PublishFailed, BrokerAway, or the error of MongoDB
 */
export async function replayLetters(
  deps: Pick<OrdersDeps, 'stores' | 'publisher' | 'topology' | 'proceed'>,
  order: OrderRecord,
  letters: readonly DeadLetterRecord[],
  edit: Editor | null,
): Promise<void> {
  const { stores, proceed } = deps;
  const planned = await planReplays(stores, letters, edit);
  const putBack = planned.filter(isPutBack);
  const todo = planned.filter((one) => !isPutBack(one));
  await refuse(
    stores,
    order,
    todo.filter(({ plan }) => plan.kind === 'refused'),
  );
  const accepted = todo
    .filter(({ plan }) => plan.kind !== 'refused')
    .map((one) => withReplaySpan(one, replayNumber(one)));
  await mark(stores, order, accepted);
  await appendEntries(
    stores.audit,
    [...putBack, ...accepted].map((one) => {
      const letter = { ...one.letter, jobId: jobIdFor(one) };
      return actionEntry(order, letter, 'done', describePlan(one.plan), one.difference);
    }),
  );
  proceed();
  const writes = accepted.flatMap(jobWrite);
  if (writes.length > 0) await stores.jobs.bulkWrite(writes, { ordered: false });
  const toPublish = accepted.filter(({ plan }) => plan.kind === 'publish');
  const others = new Set(letters.map(({ _id }) => _id));
  for (const { letter } of toPublish) others.delete(letter._id);
  await markReplayed(stores, order, [...others]);
  await publishAll(deps, order, toPublish);
}

/** Each is marked as soon as the broker has it, so that a later one that fails repeats none. */
async function publishAll(
  { stores, publisher, topology, proceed }: Parameters<typeof replayLetters>[0],
  order: OrderRecord,
  accepted: readonly AcceptedReplay[],
): Promise<void> {
  for (let start = 0; start < accepted.length; start += atOnce) {
    proceed();
    const chunk = accepted.slice(start, start + atOnce);
    const results = await Promise.allSettled(
      chunk.map((one) => publishLetter(publisher, topology, one)),
    );
    const out = chunk.filter((_one, index) => results[index]?.status === 'fulfilled');
    await markReplayed(
      stores,
      order,
      out.map(({ letter }) => letter._id),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

async function markReplayed(
  { letters }: OrdersDeps['stores'],
  { _id: order }: OrderRecord,
  ids: readonly string[],
): Promise<void> {
  await letters.updateMany(
    { _id: { $in: ids }, state: 'replaying', order },
    { $set: { state: 'replayed', stateAt: new Date() } },
  );
}

/**
 * Put back by this order before a crash, or closed: the last mark is missing, and for a closed one
 * perhaps its entry.
 */
function isPutBack({ letter, job }: PlannedReplay): boolean {
  return letter.state === 'replaying' && (job?.replays ?? 0) >= letter.replay;
}

/**
 * Higher than any that this message or its job went out with; kept over a crash. The job of a closed
 * letter does not go out, but one that is under way may die: with a number no death on file has.
 */
function replayNumber({ letter, job, plan }: PlannedReplay): number {
  if (letter.state === 'replaying') return letter.replay;
  const ofJob = job?.replays ?? 0;
  const died = Math.max(letter.replay, ...letter.deaths.map(({ replay }) => replay));
  if (plan.kind === 'close' && (plan.outcome !== 'waiting' || ofJob > died)) return ofJob;
  return Math.max(ofJob, died) + 1;
}

/** A message that was mended may name a job that the broken one did not. */
const jobIdFor = ({ letter, plan, job }: PlannedReplay): string | null =>
  'jobId' in plan ? plan.jobId : (job?._id ?? letter.jobId);

async function mark(
  { letters }: OrdersDeps['stores'],
  { _id: order }: OrderRecord,
  accepted: readonly AcceptedReplay[],
): Promise<void> {
  const writes = accepted
    .filter(({ letter }) => letter.state !== 'replaying')
    .map((one): AnyBulkWriteOperation<DeadLetterRecord> => {
      const { letter, plan, replay } = one;
      const jobId = jobIdFor(one);
      const outcome = plan.kind === 'close' ? plan.outcome : 'waiting';
      const marks = {
        state: 'replaying',
        stateAt: new Date(),
        order,
        replay,
        jobId,
        outcome,
        ...mailIdOf(one),
      } as const;
      return {
        updateOne: {
          filter: { _id: letter._id, state: letter.state },
          update: { $set: marks, $inc: { replays: plan.kind === 'close' ? 0 : 1 } },
        },
      };
    });
  if (writes.length > 0) await letters.bulkWrite(writes, { ordered: false });
}

/** Of news about no job on record. */
function mailIdOf({ letter, plan }: PlannedReplay): { mailId?: string } {
  const id = plan.kind === 'publish' ? mailIdPrefix(letter.workQueue, plan.body) : null;
  return id === null ? {} : { mailId: id };
}

/** The letters stay as they were, and this order leaves them alone from now on. */
async function refuse(
  { letters, audit }: OrdersDeps['stores'],
  order: OrderRecord,
  refused: readonly PlannedReplay[],
): Promise<void> {
  if (refused.length === 0) return;
  await appendEntries(
    audit,
    refused.map(({ letter, plan }) => actionEntry(order, letter, 'refused', describePlan(plan))),
  );
  const ids = refused.map(({ letter }) => letter._id);
  await letters.updateMany({ _id: { $in: ids } }, { $addToSet: { refusedBy: order._id } });
  // Marked before a crash, and its job is another now.
  await letters.updateMany(
    { _id: { $in: ids }, state: 'replaying' },
    { $set: { state: 'open', outcome: null }, $inc: { replays: -1 } },
  );
}
