import type { JobRecord } from '../../contracts/job';
import { appendEntries } from '../audit/append-entries';
import { outcomeEntry } from '../audit/outcome-entry';
import type { OutcomeEntry } from '../audit-entry';
import type { DeadLetterRecord } from '../dead-letter';
import { beginsWith } from '../mail-id';
import type { DeadLetterStores } from '../stores';

const page = 500;

type Waiting = Pick<DeadLetterRecord, '_id' | 'workQueue' | 'mailId' | 'jobId' | 'order'>;
type Job = Pick<JobRecord, '_id' | 'state' | 'mail'>;
type Outcome = OutcomeEntry['outcome'];

/**
 * Notes how replays ended, in the audit and on the letter. Those that died again are noted as they
 * are filed.
 *
 * @returns how many ended.
 * @throws the error of MongoDB
 */
export async function noteOutcomes(stores: DeadLetterStores, proceed: () => void): Promise<number> {
  let ended = 0;
  let waiting: Waiting[] = [];
  const cursor = stores.letters
    .find({ outcome: 'waiting', state: 'replayed' })
    .project<Waiting>({ workQueue: 1, mailId: 1, jobId: 1, order: 1 })
    .batchSize(page);
  for await (const letter of cursor) {
    waiting.push(letter);
    if (waiting.length < page) continue;
    proceed();
    ended += await notePage(stores, waiting);
    waiting = [];
  }
  return ended + (await notePage(stores, waiting));
}

async function notePage(stores: DeadLetterStores, waiting: readonly Waiting[]): Promise<number> {
  if (waiting.length === 0) return 0;
  const { letters, jobs, audit } = stores;
  const ids = waiting.flatMap(({ jobId }) => (jobId === null ? [] : [jobId]));
  const found = await jobs
    .find({ _id: { $in: ids } })
    .project<Job>({ state: 1, mail: 1 })
    .toArray();
  const byId = new Map(found.map((job) => [job._id, job]));
  const jobless = waiting.filter(({ workQueue, jobId }) => {
    return workQueue !== 'video' && !byId.has(jobId ?? '');
  });
  const sent = await sentOf(stores, jobless);
  const ended = waiting.flatMap((letter) => {
    const outcome = outcomeOf(letter, byId.get(letter.jobId ?? ''), sent);
    return outcome === undefined ? [] : [{ letter, outcome }];
  });
  if (ended.length === 0) return 0;
  await appendEntries(
    audit,
    ended.flatMap(({ letter, outcome }) => outcomeEntry(letter, outcome)),
  );
  await letters.bulkWrite(
    ended.map(({ letter: { _id, order }, outcome }) => ({
      updateOne: { filter: { _id, order, outcome: 'waiting' }, update: { $set: { outcome } } },
    })),
    { ordered: false },
  );
  return ended.length;
}

/** Undefined while it is not known; a dead job's message is on its way back here. */
function outcomeOf(
  { _id, workQueue, mailId }: Waiting,
  job: Job | undefined,
  sent: ReadonlySet<string>,
): Outcome | undefined {
  if (workQueue === 'video') {
    if (job === undefined) return 'gone';
    if (job.state === 'ready') return 'succeeded';
    return job.state === 'failed' ? 'failed' : undefined;
  }
  if (job === undefined && mailId === undefined) return 'gone';
  const mailed = job === undefined ? sent.has(_id) : job.mail === 'sent';
  return mailed ? 'succeeded' : undefined;
}

/** Letters about no job on record whose mail is out, as the ledger says. */
async function sentOf(
  stores: DeadLetterStores,
  letters: readonly Waiting[],
): Promise<ReadonlySet<string>> {
  const sent = new Set<string>();
  for (const { _id, mailId } of letters) {
    if (mailId === undefined) continue;
    const mail = await stores.mails.findOne({ _id: beginsWith(mailId), state: 'sent' });
    if (mail !== null) sent.add(_id);
  }
  return sent;
}
