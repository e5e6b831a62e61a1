import type { Filter } from 'mongodb';
import type { DeadReason } from '../../contracts/headers';
import type { JobRecord } from '../../contracts/job';
import { jobHeaders } from '../../contracts/job-headers';
import type { OutgoingMessage } from '../../contracts/broker/confirmed-publisher';
import { deadQueue, workQueues, type Topology, type WorkQueue } from '../../contracts/topology';
import type { DeadLetterRecord } from '../../dead-letters/dead-letter';
import type { ArrivedMessage } from '../../dead-letters/filing/arrived-message';
import { fileMessages } from '../../dead-letters/filing/file-messages';
import { beginsWith, mailIdPrefix } from '../../dead-letters/mail-id';
import type { DeadLetterStores } from '../../dead-letters/stores';
import type { BrokerConnection } from '../../observability/broker-connection';
import { deadHeaders } from '../deliveries/settle';
import { newsOf } from '../news/news';

/** Ids in memory at a time; of records, which are larger, a part of them. */
const page = 500;
const recordsAtOnce = 50;

export interface LostLettersDeps {
  readonly stores: DeadLetterStores;
  readonly broker: Pick<BrokerConnection, 'readyMessages'>;
  readonly topology: Topology;
  readonly lostAfterMs: number;
  /** Asked before each batch; throws to end it. */
  readonly proceed: () => void;
  readonly onFound: (queue: WorkQueue, letters: number) => void;
}

/**
 * Between giving up and filing, a dead letter is on the broker alone. Where that lost its data, the
 * record says `dead` for ever and nobody is told. So what is dead for `lostAfterMs` while the
 * dead-letter queue is empty and no letter stands for it gets one, made from the records.
 *
 * It is filed as one that arrived: should the message turn up all the same it is a second copy, and
 * nothing happens twice. Not while the collector has messages in its hands, or it would be raced.
 *
 * @throws BrokerAway, or the error of MongoDB
 */
export async function fileLostLetters(deps: LostLettersDeps): Promise<void> {
  const { stores, broker, topology, lostAfterMs, proceed, onFound } = deps;
  const longAgo = new Date(Date.now() - lostAfterMs);
  for (const workQueue of workQueues) {
    const dead = deadQueue(topology.queueNames[workQueue]);
    if ((await broker.readyMessages([dead])) > 0) continue;
    for await (const ids of withoutLetter(stores, workQueue, longAgo)) {
      for (let at = 0; at < ids.length; at += recordsAtOnce) {
        proceed();
        const jobs = await stores.jobs
          .find({ ...givenUp(workQueue, longAgo), _id: { $in: ids.slice(at, at + recordsAtOnce) } })
          .project<JobRecord>({ failures: { $slice: -1 } })
          .toArray();
        const letters = [];
        for (const job of jobs) {
          const letter =
            workQueue === 'video'
              ? letterOfJob(job, topology)
              : await letterOfMail(job, workQueue, deps, longAgo);
          if (letter !== undefined) letters.push(letter);
        }
        if (letters.length === 0) continue;
        await fileMessages(stores, letters);
        onFound(workQueue, letters.length);
      }
    }
  }
}

/** What ends in a dead letter of this queue. Each is found by an index that others need as well. */
export function givenUp(workQueue: WorkQueue, longAgo: Date): Filter<JobRecord> {
  switch (workQueue) {
    case 'video':
      return { announcedAt: null, state: 'dead', finishedAt: { $lt: longAgo } };
    case 'mp3':
      return { mail: 'dead', state: 'ready', announcedAt: { $lt: longAgo } };
    case 'failed':
      return { mail: 'dead', state: 'failed', announcedAt: { $lt: longAgo } };
    default:
      return workQueue satisfies never;
  }
}

/**
 * A letter that was put back and whose outcome is still to come does not stand for its job: that is
 * dead again, with another letter. Any other does, whatever an operator did with it.
 */
const standing: Filter<DeadLetterRecord> = {
  $or: [{ state: { $ne: 'replayed' } }, { outcome: { $ne: 'waiting' } }],
};

async function* withoutLetter(
  { jobs, letters }: DeadLetterStores,
  workQueue: WorkQueue,
  longAgo: Date,
): AsyncGenerator<readonly string[]> {
  const missingOf = async (ids: readonly string[]) => {
    const found = await letters
      .find({ jobId: { $in: [...ids] }, workQueue, ...standing })
      .project<Pick<DeadLetterRecord, 'jobId'>>({ _id: 0, jobId: 1 })
      .toArray();
    const known = new Set(found.map(({ jobId }) => jobId));
    return ids.filter((id) => !known.has(id));
  };
  let ids: string[] = [];
  const cursor = jobs
    .find(givenUp(workQueue, longAgo))
    .project<Pick<JobRecord, '_id'>>({ _id: 1 })
    .batchSize(page);
  for await (const { _id } of cursor) {
    ids.push(_id);
    if (ids.length < page) continue;
    yield await missingOf(ids);
    ids = [];
  }
  yield await missingOf(ids);
}

interface GivenUp {
  readonly reason: DeadReason;
  readonly step: JobRecord['step'] | 'send-mail';
  /** The last failure on record; undefined for records that do not tell. */
  readonly failure: Why | undefined;
  readonly at: Date;
}

interface Why {
  readonly attempt: number;
  readonly replay?: number;
  readonly errorClass: string;
  readonly error: string;
}

function letterOfJob(job: JobRecord, topology: Topology): ArrivedMessage {
  const { _id, source, owner, deadReason, finishedAt } = job;
  const failure = job.failures.at(-1);
  const message = {
    queue: topology.queueNames.video,
    body: {
      video_fid: source.fid.toHexString(),
      mp3_fid: null,
      username: owner.address,
      job_id: _id,
    },
    messageId: _id,
    headers: jobHeaders(job),
  };
  const reason = deadReason ?? 'attempts-exhausted';
  const at = finishedAt ?? new Date();
  return letter('video', message, job, { reason, step: failure?.step ?? null, failure, at });
}

/** @returns undefined while its mail may still be under way, or is out. */
async function letterOfMail(
  job: JobRecord,
  workQueue: Exclude<WorkQueue, 'video'>,
  { stores, topology }: LostLettersDeps,
  longAgo: Date,
): Promise<ArrivedMessage | undefined> {
  const message = newsOf(job, topology);
  if (message === undefined) return undefined;
  const prefix = mailIdPrefix(workQueue, contentOf(message)) ?? '';
  const mail = await stores.mails.findOne(
    { _id: beginsWith(prefix) },
    { projection: { state: 1, failures: { $slice: -1 } } },
  );
  const failure = mail?.failures?.at(-1);
  if (mail !== null && mail.state !== 'dead') return undefined;
  const at = failure?.at ?? job.announcedAt ?? new Date();
  if (at >= longAgo) return undefined;
  const reason = failure?.errorClass === 'MailRefused' ? 'mail-refused' : 'attempts-exhausted';
  return letter(workQueue, message, job, { reason, step: 'send-mail', failure, at });
}

const contentOf = ({ body }: Pick<OutgoingMessage, 'body'>): Uint8Array =>
  body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));

/** The message as the worker that gave it up sent it to the dead-letter queue. */
function letter(
  workQueue: WorkQueue,
  message: Pick<OutgoingMessage, 'queue' | 'body' | 'messageId' | 'headers'>,
  { attempts, replays = 0 }: JobRecord,
  { reason, step, failure, at }: GivenUp,
): ArrivedMessage {
  const { queue, messageId, headers } = message;
  const death = deadHeaders(
    queue,
    {
      reason,
      step,
      attempts: failure?.attempt ?? attempts,
      // Of the record: a letter that was put back since its last death has died anew.
      replay: Math.max(failure?.replay ?? 0, replays),
      errorClass: failure?.errorClass ?? 'Unknown',
      error: failure?.error ?? 'the record does not say why',
    },
    at,
  );
  return {
    queue,
    workQueue,
    content: contentOf(message),
    messageId,
    contentType: 'application/json',
    headers: { ...headers, ...death },
  };
}
