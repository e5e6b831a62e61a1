import { recordReadyJob } from './ready-job';
import { addressOf, ready, type BoundaryCase, type Ending, type Scenario } from './scenario';

const unsent: Ending = { ...ready, mails: 0, deadLetters: 1 };

const cases: readonly BoundaryCase[] = [
  { boundary: 'mail not taken', exception: 'outage', ending: ready },
  {
    boundary: 'mail taken, not sent',
    exception: 'transient',
    ending: ready,
    endings: { 'unforeseen exception': unsent },
  },
  {
    // The one gap that SMTP leaves: who dies here cannot know whether the mail went out.
    boundary: 'mail answered 250, not noted',
    exception: 'outage',
    ending: ready,
    endings: { SIGKILL: { ...ready, mails: '1 or 2' } },
  },
  { boundary: 'mail noted, not acked', exception: 'outage', ending: ready },
  {
    boundary: 'mail retry copy confirmed, not acked',
    before: { boundary: 'mail taken, not sent', throws: 'transient' },
    exception: 'not confirmed',
    ending: ready,
  },
  {
    boundary: 'mail defer copy confirmed, not acked',
    before: { boundary: 'mail taken, not sent', throws: 'outage' },
    exception: 'not confirmed',
    ending: ready,
  },
  {
    boundary: 'mail given up, dead letter not published',
    exception: 'not confirmed',
    ending: unsent,
  },
  {
    boundary: 'mail dead letter confirmed, not acked',
    exception: 'not confirmed',
    ending: unsent,
  },
];

export const notificationScenario: Scenario = {
  role: 'notification',
  entry: 'dist/local/boundaries/notification-at-boundaries-main.js',
  others: [],
  cases,
  async copyIsDone(system, key, { before }) {
    if (before === undefined) return true;
    const job = await system.jobs.findOne({ _id: key });
    return job?.mail === 'sent';
  },
  /** A job that has just become ready, and its news. */
  async begin(system, key, { ending }) {
    if (ending === unsent) {
      const answer = { kind: 'refuse', code: 550, message: 'no such user' } as const;
      await system.inbox.behave({ to: addressOf(key), answer });
    }
    const now = new Date();
    const { mp3Fid } = await recordReadyJob(system, key, {
      announcedAt: now,
      finishedAt: now,
      mail: 'pending',
    });
    const fid = mp3Fid.toHexString();
    await system.publish('mp3', `ready.${fid}`, key, {
      video_fid: key,
      mp3_fid: fid,
      username: addressOf(key),
      job_id: key,
    });
  },
};
