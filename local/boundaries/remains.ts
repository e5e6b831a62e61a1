import type { DeadLetter } from './dead-letters';
import { addressOf } from './scenario';
import type { System } from './system';

/** What the servers hold of one job when all is over. */
export interface Remains {
  readonly state: string | null;
  readonly attempts: number;
  readonly claimed: boolean;
  /** Files in GridFS. */
  readonly mp3s: number;
  /** Whether each of them is the one that the record points to. */
  readonly mp3sAreTheirs: boolean;
  readonly mails: number;
  readonly messageIds: number;
  readonly deadLetters: number;
}

/** @param key The name of the job's listener. */
export async function lookAtRemains(
  system: System,
  key: string,
  letters: readonly DeadLetter[],
): Promise<Remains> {
  const job = await system.jobs.findOne({ 'owner.address': addressOf(key) });
  const jobId = job?._id ?? key;
  const files = await system.databases.mp3s
    .collection('fs.files')
    .find({ 'metadata.jobId': jobId })
    .toArray();
  const mails = await system.inbox.mails(addressOf(key));
  return {
    state: job?.state ?? null,
    attempts: job?.attempts ?? 0,
    claimed: job !== null && job.claim !== null,
    mp3s: files.length,
    mp3sAreTheirs: files.every(({ _id }) => job?.mp3?.fid.equals(String(_id)) ?? false),
    mails: mails.length,
    messageIds: new Set(mails.map(({ messageId }) => messageId)).size,
    deadLetters: letters.filter((letter) => letter.jobId === jobId).length,
  };
}
