import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { StackError } from '../../../stack-error';
import type { ComposeStack } from './compose-stack';

const jobsSchema = z.array(
  z.object({ id: z.string(), state: z.string(), fid: z.string().nullable(), mailed: z.boolean() }),
);

export type CollectedJob = z.infer<typeof jobsSchema>[number];

/** Read as MongoDB's root; a cursor's first batch holds all that a check makes. */
const jobsExpression = `
  const answer = db.getSiblingDB('jobs').runCommand({ find: 'jobs', batchSize: 100000 });
  JSON.stringify(answer.cursor.firstBatch.map((job) => ({
    id: job._id,
    state: job.state,
    fid: job.mp3 ? String(job.mp3.fid) : null,
    mailed: job.mailed === true,
  })))`;

export async function collectJobs(stack: ComposeStack): Promise<CollectedJob[]> {
  return jobsSchema.parse(JSON.parse(await stack.mongosh(jobsExpression)));
}

/** Files in the bucket of MP3s. */
export async function countMp3s(stack: ComposeStack): Promise<number> {
  return Number(await stack.mongosh(`db.getSiblingDB('mp3s').runCommand({ count: 'fs.files' }).n`));
}

/**
 * Waits until every job has ended and every mail is out.
 *
 * @param mailsOut how many mails there are
 * @throws StackError when some still run after `deadlineMs`
 */
export async function jobsEnded(
  stack: ComposeStack,
  mailsOut: () => Promise<number>,
  deadlineMs: number,
): Promise<CollectedJob[]> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const jobs = await collectJobs(stack);
    const open = jobs.filter(({ state }) => !['ready', 'failed', 'dead'].includes(state));
    const mails = await mailsOut();
    if (open.length === 0 && mails >= jobs.length) return jobs;
    if (performance.now() > deadline) {
      if (open.length === 0) return jobs;
      throw new StackError(
        `${open.length} of ${jobs.length} jobs have not ended after ${deadlineMs / 1000} s: ${open
          .slice(0, 5)
          .map(({ id, state }) => `${id} ${state}`)
          .join(', ')}`,
      );
    }
    await delay(1_000, undefined, { signal: stack.signal });
  }
}
