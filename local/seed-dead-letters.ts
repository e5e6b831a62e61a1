import type { ConfirmChannel } from 'amqplib';
import { ObjectId, type Db } from 'mongodb';
import type { OutgoingMessage, Publisher } from '../contracts/broker/confirmed-publisher';
import { fileMark } from '../contracts/gridfs';
import { newJob, type AttemptFailure, type JobOwner, type JobRecord } from '../contracts/job';
import { jobCollection } from '../contracts/job-collection';
import { jobHeaders } from '../contracts/job-headers';
import type { Topology } from '../contracts/topology';
import { traceOf } from '../pipeline/deliveries/delivery';
import type { DeadLetter } from '../pipeline/deliveries/outcome';
import { settle } from '../pipeline/deliveries/settle';
import { newsOf } from '../pipeline/news/news';

/** A job as its last worker leaves it, and the delivery that it gave up. */
export interface Death {
  readonly job: JobRecord;
  readonly queue: 'video' | 'mp3';
  readonly letter: DeadLetter;
}

export interface DeathOptions {
  readonly owner: JobOwner;
  /** Source of the job; one file may serve many. */
  readonly sourceFid: ObjectId;
  /** When it was uploaded; it died a second later. */
  readonly createdAt: Date;
}

type Mp3 = Pick<NonNullable<JobRecord['mp3']>, 'bytes' | 'durationMs'>;

const attempts = 4;

/** Nothing is stored: a replay converts. */
export function diedConverting(options: DeathOptions): Death {
  const error = 'ffmpeg ended with 228: No space left on device';
  return died(options, { step: 'transcode', errorClass: 'MediaToolError', error });
}

/** The MP3 is stored and its news never went out: a replay brings the news, without ffmpeg. */
export function diedAnnouncing(options: DeathOptions, mp3: Mp3): Death {
  const error = 'message for queue mp3: unknown (not confirmed within 3000 ms)';
  const death = died(options, { step: 'emit-done', errorClass: 'PublishFailed', error });
  return { ...death, job: { ...death.job, mp3: { fid: new ObjectId(), ...mp3 } } };
}

/** The MP3 is there and the mail was refused: a replay sends the mail. */
export function mailDied(options: DeathOptions, mp3: Mp3): Death {
  const { job } = diedAnnouncing(options, mp3);
  const ended = { state: 'ready', mail: 'dead', deadReason: null, failures: [] } as const;
  return {
    job: { ...job, ...ended, announcedAt: job.finishedAt },
    queue: 'mp3',
    letter: {
      reason: 'mail-refused',
      step: 'send-mail',
      attempts: 1,
      errorClass: 'MailRefused',
      error: '550 no such mailbox',
    },
  };
}

function died(
  { owner, sourceFid, createdAt }: DeathOptions,
  how: Pick<AttemptFailure, 'step' | 'errorClass' | 'error'>,
): Death {
  const finishedAt = new Date(createdAt.getTime() + 1_000);
  const source = { fid: sourceFid, name: 'video.mp4', bytes: 10_000 };
  const job: JobRecord = {
    ...newJob(new ObjectId().toHexString(), owner, source, createdAt),
    state: 'dead',
    step: how.step,
    attempts,
    deadReason: 'attempts-exhausted',
    failures: Array.from({ length: attempts }, (_, index) => ({
      ...how,
      attempt: index + 1,
      replay: 0,
      at: finishedAt,
      worker: 'converter-1',
      log: [JSON.stringify({ level: 40, msg: how.error })],
    })),
    publishedAt: createdAt,
    finishedAt,
  };
  return { job, queue: 'video', letter: { reason: 'attempts-exhausted', attempts, ...how } };
}

/** Puts the jobs on record. */
export async function recordJobs(database: Db, deaths: readonly Death[]): Promise<void> {
  await jobCollection(database).insertMany(
    deaths.map(({ job }) => job),
    { ordered: false },
  );
}

/** Stores the same bytes as the MP3 of each job that has one. They fit into one chunk. */
export async function storeMp3s(
  database: Db,
  deaths: readonly Death[],
  content: Buffer,
): Promise<void> {
  const files = deaths.flatMap(({ job: { _id, mp3 } }) =>
    mp3 === null ? [] : [{ _id: mp3.fid, jobId: _id }],
  );
  await database.collection<{ _id: ObjectId }>('fs.chunks').insertMany(
    files.map(({ _id }) => ({ _id: new ObjectId(), files_id: _id, n: 0, data: content })),
    { ordered: false },
  );
  await database.collection<{ _id: ObjectId }>('fs.files').insertMany(
    files.map(({ _id, jobId }) => ({
      _id,
      length: content.length,
      chunkSize: 255 * 1024,
      uploadDate: new Date(),
      metadata: fileMark(jobId, _id.toHexString()),
    })),
    { ordered: false },
  );
}

/** Publications at a time. */
const atOnce = 500;

/** Gives the deliveries up as a worker does; resolves once the broker has every dead letter. */
export async function publishDeaths(
  channel: ConfirmChannel,
  topology: Topology,
  deaths: readonly Death[],
): Promise<void> {
  const publisher = publisherOn(channel);
  for (let from = 0; from < deaths.length; from += atOnce) {
    await Promise.all(
      deaths.slice(from, from + atOnce).map(({ job, queue, letter }) => {
        const { body, messageId, headers = {} } = messageOf(job, queue, topology);
        const content = Buffer.from(JSON.stringify(body));
        const trace = traceOf(headers, null);
        const delivery = { queue, body: content, messageId, headers, redelivered: false, ...trace };
        return settle({ kind: 'dead-letter', letter }, delivery, topology, publisher);
      }),
    );
  }
}

function messageOf(job: JobRecord, queue: Death['queue'], topology: Topology): OutgoingMessage {
  const { _id: messageId, source, owner } = job;
  if (queue === 'video') {
    const fid = source.fid.toHexString();
    const body = { video_fid: fid, mp3_fid: null, username: owner.address, job_id: messageId };
    return { queue: topology.queueNames.video, body, messageId, headers: jobHeaders(job) };
  }
  const news = newsOf(job, topology);
  if (news === undefined) throw new Error(`job ${messageId} is ${job.state}: it has no news`);
  return news;
}

function publisherOn(channel: ConfirmChannel): Publisher {
  return {
    publish: ({ queue, body, messageId, headers }) =>
      new Promise((resolve, reject) => {
        const content =
          body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
        const properties = {
          persistent: true,
          contentType: 'application/json',
          messageId,
          headers: { ...headers },
        };
        channel.sendToQueue(queue, content, properties, (error: Error | null) => {
          if (error === null) resolve();
          else reject(error);
        });
      }),
  };
}
