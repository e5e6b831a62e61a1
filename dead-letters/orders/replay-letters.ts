import type { AnyBulkWriteOperation } from 'mongodb';
import { actionEntry } from '../audit/action-entry';
import { appendEntries } from '../audit/append-entries';
import type { DeadLetterRecord } from '../dead-letter';
import type { Editor } from '../edit/apply-edit';
import type { OrderRecord } from '../order';
import type { AcceptedReplay } from './accepted-replay';
import type { OrdersDeps } from './orders-deps';
import { describePlan } from './plan';
import { planReplays, type PlannedReplay } from './plan-letters';
import { jobWrite } from './job-write';
import { publishLetter } from './publish-letter';

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
  { stores, publisher, proceed }: Pick<OrdersDeps, 'stores' | 'publisher' | 'proceed'>,
  order: OrderRecord,
  letters: readonly DeadLetterRecord[],
  edit: Editor | null,
): Promise<void> {
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
    .map((one) => ({ ...one, replay: replayNumber(one) }));
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
  const published = accepted.filter(({ plan }) => plan.kind === 'publish');
  for (let start = 0; start < published.length; start += atOnce) {
    proceed();
    await Promise.all(
      published.slice(start, start + atOnce).map((one) => publishLetter(publisher, one)),
    );
  }
  await stores.letters.updateMany(
    { _id: { $in: letters.map(({ _id }) => _id) }, state: 'replaying', order: order._id },
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
 * Higher than any that this message or its job went out with; kept over a crash. One that is closed
 * does not go out: the message that is about says what the record says.
 */
function replayNumber({ letter, job, plan }: PlannedReplay): number {
  if (letter.state === 'replaying') return letter.replay;
  if (plan.kind === 'close') return job?.replays ?? 0;
  const deaths = letter.deaths.map(({ replay }) => replay);
  return Math.max(job?.replays ?? 0, letter.replay, ...deaths) + 1;
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
  await letters.updateMany({ _id: { $in: ids } }, { $set: { order: order._id } });
  // Marked before a crash, and its job is another now.
  await letters.updateMany(
    { _id: { $in: ids }, state: 'replaying' },
    { $set: { state: 'open', outcome: null } },
  );
}
