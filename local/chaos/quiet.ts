import { jobCollection } from '../../contracts/job-collection';
import { defaultDatabases } from '../../contracts/gridfs';
import { openStores } from '../../dead-letters/stores';
import type { ChaosStack } from './chaos-stack';
import { countMessages } from './collect-queues';
import { factsOfJob } from './collect-jobs';
import { expectedMail } from './judge-mails';
import { pause } from './pause';

/** What is still under way. */
export interface Remaining {
  readonly openJobs: number;
  /** Dead letters that are not on file yet among them. */
  readonly messages: number;
  /** Mails that should be there and are not, apart from dead letters. */
  readonly mails: number;
}

export interface QuietOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (remaining: Remaining) => void;
}

const everyMs = 500;
/** Longer than the longest wait of any process (settings.ts): what did not move by then is stuck. */
const stuckMs = 30_000;

/** Waits until nothing more will happen. @returns what is stuck; all zero when all is well */
export async function untilQuiet(stack: ChaosStack, options: QuietOptions): Promise<Remaining> {
  let [before, quietBefore, movedMs] = ['', false, performance.now()];
  for (;;) {
    const remaining = await look(stack);
    options.onProgress(remaining);
    const now = JSON.stringify(remaining);
    if (now !== before) [before, movedMs] = [now, performance.now()];
    const quiet = Object.values(remaining).every((count) => count === 0);
    // Twice: a message may be on its way from one queue to another.
    if (quiet && quietBefore) return remaining;
    if (performance.now() - movedMs > stuckMs || options.signal.aborted) return remaining;
    quietBefore = quiet;
    await pause(everyMs, options.signal);
  }
}

async function look(stack: ChaosStack): Promise<Remaining> {
  const database = stack.mongo.db(defaultDatabases.jobs);
  const jobs = (await jobCollection(database).find().toArray()).map(factsOfJob);
  const openJobs = jobs.filter(({ finishedMs }) => finishedMs === null).length;
  const counts = await countMessages(stack.servers.config);
  const { letters } = openStores(database);
  const deadMails = await letters.countDocuments({ workQueue: { $ne: 'video' } });
  const sent = new Set(
    (await stack.inbox.allMails()).map(({ messageId }) => (messageId ?? '').replace(/@.*/, '@')),
  );
  const missing = jobs.filter((job) => {
    const mail = expectedMail(job);
    return mail !== null && !sent.has(mail);
  });
  return {
    openJobs,
    messages: counts.reduce((total, { messages }) => total + messages, 0),
    mails: Math.max(0, missing.length - deadMails),
  };
}
