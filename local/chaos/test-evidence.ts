import type { DeadLetterFacts, Evidence, JobFacts, MailCopy, Mp3File } from './evidence';
import type { Accepted } from './uploader';

/** Ids as MongoDB's, so that Message-IDs look as ours do. */
export const hexId = (number: number): string => number.toString(16).padStart(24, '0');

export const atMs = Date.parse('2026-01-01T00:00:00Z');

/** Wall clock so many seconds into the run. */
export const second = (seconds: number): number => atMs + seconds * 1_000;

export const jobId = hexId(1);
export const fid = hexId(0xf1);
export const readyMail = `<ready.${fid}@example.com>`;

export const accepted: Accepted = {
  jobId,
  clip: 'mp4',
  listener: 'ann@example.com',
  fileName: 'upload 1 try 1.mp4',
  acceptedMs: second(1),
};

export const readyJob: JobFacts = {
  id: jobId,
  sourceName: 'upload 1 try 1.mp4',
  state: 'ready',
  attempts: 1,
  mp3Fid: fid,
  refusal: null,
  createdMs: second(1),
  finishedMs: second(3),
};

export const mail: MailCopy = {
  messageId: readyMail,
  sourceName: 'upload 1 try 1.mp4',
  to: 'ann@example.com',
  atMs: second(4),
};

export const mp3: Mp3File = {
  fid,
  jobId,
  problem: null,
  samples: 44_100,
  sampleRate: 44_100,
  title: 'upload 1 try 1',
};

/** Of a job whose workers were killed too often, filed by the relay. */
export const letter: DeadLetterFacts = {
  queue: 'video',
  jobId,
  reason: 'attempts-exhausted',
  errorClass: 'WorkerCrashed',
  onFile: true,
  inQueue: 0,
  deaths: 1,
  state: 'open',
  replay: { kind: 'possible', why: 'job queued again' },
};

/** One accepted video that became one MP3 and one mail; a test changes what it is about. */
export function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    accepted: [accepted],
    expected: {
      mp4: { kind: 'mp3', samples: 44_100, sampleRate: 44_100 },
      silent: { kind: 'refused', reason: 'no-audio' },
    },
    jobs: [readyJob],
    mp3s: [mp3],
    orphans: [],
    mails: [mail],
    mailAttempts: [{ messageId: readyMail, attempts: 1 }],
    deadLetters: [],
    leftMessages: [],
    gaps: [],
    unheard: [],
    starts: [{ jobId, atMs: second(2) }],
    returns: [],
    hindrances: [],
    crashes: [],
    limits: { attempts: 4, recoveryMs: 15_000 },
    ...changes,
  };
}
