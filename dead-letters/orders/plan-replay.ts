import { isDeepStrictEqual } from 'node:util';
import { ObjectId } from 'mongodb';
import { defaultConversionOptions } from '../../contracts/conversion-options';
import type { JobRecord, StepName } from '../../contracts/job';
import type { WorkQueue } from '../../contracts/topology';
import type { FieldChange } from '../audit-entry';
import type { DeadLetterRecord } from '../dead-letter';
import { checkMessage, type CheckedMessage } from '../edit/check-message';
import { jobIdOf } from '../filing/read-message';
import type { JobChange, Plan } from './plan';

export type ReplayedLetter = Pick<DeadLetterRecord, 'workQueue' | 'jobId'>;

/**
 * What a replay of one letter comes to. Pure: a dry run and the relay ask the same question.
 *
 * @param body The message, edited or as it came.
 * @param changes What an edit changed in it.
 * @param job On record for the message's job; null when there is none.
 */
export function planReplay(
  letter: ReplayedLetter,
  body: Uint8Array,
  changes: readonly FieldChange[],
  job: JobRecord | null,
): Plan {
  const checked = checkMessage(letter.workQueue, body);
  if (checked.kind === 'invalid') {
    return refused(notAMessage(checked.problem));
  }
  const { message } = checked;
  const unknown = unknownField(changes);
  if (unknown !== undefined) {
    return refused(
      `"${unknown}" is no field of our messages: a slip of the pen would go unnoticed`,
    );
  }
  if (job === null) return planWithoutJob(letter, message, body);
  const fixed = fixedField(letter, changes, job);
  if (fixed !== undefined) {
    return refused(
      `"${fixed}" says which job it is and cannot be changed: the record of job ${job._id} decides`,
    );
  }
  const edited = new Set(changes.map(fieldOf));
  const plan =
    letter.workQueue === 'video'
      ? planVideo(message, edited, job)
      : planNews(letter, message, edited, job);
  if (plan.kind !== 'close' || changes.length === 0) return plan;
  return refused(`${plan.why}: an edit would change nothing`);
}

/** Why a letter cannot be replayed as it is, and what to do. */
export const notAMessage = (problem: string): string =>
  `no message of its queue (${problem}): edit it, or discard it`;

const refused = (problem: string): Plan => ({ kind: 'refused', problem });

function planWithoutJob(
  { workQueue }: ReplayedLetter,
  message: CheckedMessage,
  body: Uint8Array,
): Plan {
  if (workQueue !== 'video') return { kind: 'publish', body };
  const jobId = jobIdOf(workQueue, message);
  if (jobId === null || message.video_fid === undefined) return refused('it names no video');
  return {
    kind: 'create-job',
    jobId,
    change: {
      address: message.username.toLowerCase(),
      sourceFid: new ObjectId(message.video_fid),
      options: message.options ?? defaultConversionOptions,
      convertAnew: false,
    },
  };
}

const fields = ['video_fid', 'vide_fid', 'mp3_fid', 'username', 'job_id', 'options', 'reason'];

/** A field that an edit adds and nobody reads. A sender's own may stay, change, or go. */
function unknownField(changes: readonly FieldChange[]): string | undefined {
  return changes
    .filter((change) => change.path.length === 1 && !('before' in change))
    .map(fieldOf)
    .find((field) => !fields.includes(field));
}

/** Fields of a message whose job is on record that mean something to the record. */
const changeable: Record<DeadLetterRecord['workQueue'], readonly string[]> = {
  video: ['username', 'video_fid', 'vide_fid', 'options'],
  mp3: ['username'],
  failed: ['username'],
};

function fixedField(
  { workQueue }: ReplayedLetter,
  changes: readonly FieldChange[],
  job: JobRecord,
): string | undefined {
  return changes
    .filter(
      ({ path, after }) => path.length > 1 || after !== recorded(workQueue, job)[path[0] ?? ''],
    )
    .map(fieldOf)
    .find((field) => !changeable[workQueue].includes(field));
}

/** What a message that was broken may be mended to say of its job. */
function recorded(workQueue: WorkQueue, job: JobRecord): Readonly<Record<string, unknown>> {
  return {
    job_id: job._id,
    video_fid: job.source.fid.toHexString(),
    mp3_fid: workQueue === 'video' ? null : job.mp3?.fid.toHexString(),
    reason: job.refusal?.reason,
  };
}

const fieldOf = ({ path }: FieldChange): string => String(path[0]);

/**
 * The fields that an edit changed. Others say what the record said when the message was sent, or
 * what its sender wished for a job that had its own already: there the record decides.
 */
type Edited = ReadonlySet<string>;

function planVideo(message: CheckedMessage, edited: Edited, job: JobRecord): Plan {
  switch (job.state) {
    case 'dead': {
      const change = jobChange(message, edited, job);
      return { kind: 'reopen-job', jobId: job._id, change, startsAt: firstStep(job, change) };
    }
    case 'ready':
      return { kind: 'close', why: 'its MP3 is there already', outcome: 'succeeded' };
    case 'failed':
      return {
        kind: 'close',
        why: 'its job has ended as failed, and the listener was told',
        outcome: 'failed',
      };
    case 'queued':
    case 'waiting':
    case 'converting':
      return { kind: 'close', why: 'its job is under way already', outcome: 'waiting' };
    default:
      return job.state satisfies never;
  }
}

/**
 * The step that failed: the ones before it are not done again. What they made is in GridFS or still
 * on the disk of the worker that failed; another machine has to fetch and transcode first.
 */
function firstStep({ mp3, source, options, failures }: JobRecord, change: JobChange): StepName {
  if (!change.sourceFid.equals(source.fid)) return 'fetch-video';
  if (mp3 !== null && !change.convertAnew) return 'emit-done';
  const failed = failures.at(-1)?.step ?? 'fetch-video';
  if (failed === 'fetch-video') return failed;
  return isDeepStrictEqual(change.options, options) ? failed : 'transcode';
}

function addressFor({ username }: CheckedMessage, edited: Edited, { owner }: JobRecord): string {
  return edited.has('username') ? username.toLowerCase() : owner.address;
}

function jobChange(message: CheckedMessage, edited: Edited, job: JobRecord): JobChange {
  const { source, options, mp3 } = job;
  const editedFid = edited.has('video_fid') || edited.has('vide_fid');
  const sourceFid = editedFid ? new ObjectId(message.video_fid) : source.fid;
  const changed = (edited.has('options') ? message.options : undefined) ?? options;
  return {
    address: addressFor(message, edited, job),
    sourceFid,
    options: changed,
    convertAnew:
      mp3 !== null && !(sourceFid.equals(source.fid) && isDeepStrictEqual(changed, options)),
  };
}

function planNews(
  { workQueue }: ReplayedLetter,
  message: CheckedMessage,
  edited: Edited,
  job: JobRecord,
): Plan {
  const ended = workQueue === 'mp3' ? job.state === 'ready' : job.state === 'failed';
  if (!ended) {
    return refused(
      `its job is ${job.state}, so there is nothing to announce; replay the letter of the job, if there is one`,
    );
  }
  if (job.mail === 'sent') {
    return { kind: 'close', why: 'its mail is out already', outcome: 'succeeded' };
  }
  return { kind: 'announce-again', jobId: job._id, address: addressFor(message, edited, job) };
}
