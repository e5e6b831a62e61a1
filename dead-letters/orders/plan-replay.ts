import { isDeepStrictEqual } from 'node:util';
import { ObjectId } from 'mongodb';
import { defaultConversionOptions } from '../../contracts/conversion-options';
import type { JobRecord } from '../../contracts/job';
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
  if (job === null) return planWithoutJob(letter, message, body);
  const fixed = fixedField(letter, changes);
  if (fixed !== undefined) {
    return refused(
      `"${fixed}" says which job it is and cannot be changed: the record of job ${job._id} decides`,
    );
  }
  const plan =
    letter.workQueue === 'video' ? planVideo(message, job) : planNews(letter, message, job);
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

/** Fields of a message whose job is on record that mean something to the record. */
const changeable: Record<DeadLetterRecord['workQueue'], readonly string[]> = {
  video: ['username', 'video_fid', 'vide_fid', 'options'],
  mp3: ['username'],
  failed: ['username'],
};

function fixedField(
  { workQueue }: ReplayedLetter,
  changes: readonly FieldChange[],
): string | undefined {
  return changes
    .map(({ path }) => String(path[0]))
    .find((field) => !changeable[workQueue].includes(field));
}

function planVideo(message: CheckedMessage, job: JobRecord): Plan {
  switch (job.state) {
    case 'dead': {
      const change = jobChange(message, job);
      const startsAt = job.mp3 !== null && !change.convertAnew ? 'emit-done' : 'fetch-video';
      return { kind: 'reopen-job', jobId: job._id, change, startsAt };
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

/** The record's own spelling, unless somebody changed more than that. */
function addressFor({ username }: CheckedMessage, { owner }: JobRecord): string {
  const address = username.toLowerCase();
  return address === owner.address.toLowerCase() ? owner.address : address;
}

function jobChange(message: CheckedMessage, job: JobRecord): JobChange {
  const { source, options, mp3 } = job;
  const sourceFid = message.video_fid === undefined ? source.fid : new ObjectId(message.video_fid);
  const changed = message.options ?? options;
  return {
    address: addressFor(message, job),
    sourceFid,
    options: changed,
    convertAnew:
      mp3 !== null && !(sourceFid.equals(source.fid) && isDeepStrictEqual(changed, options)),
  };
}

function planNews({ workQueue }: ReplayedLetter, message: CheckedMessage, job: JobRecord): Plan {
  const ended = workQueue === 'mp3' ? job.state === 'ready' : job.state === 'failed';
  if (!ended) {
    return refused(
      `its job is ${job.state}, so there is nothing to announce; replay the letter of the job, if there is one`,
    );
  }
  if (job.mail === 'sent') {
    return { kind: 'close', why: 'its mail is out already', outcome: 'succeeded' };
  }
  return { kind: 'announce-again', jobId: job._id, address: addressFor(message, job) };
}
