import type { Evidence, JobFacts, Mp3File } from './evidence';
import { expectedMail, judgeMails, type MailJudgement } from './judge-mails';
import { judgeRecovery, type Recovery } from './judge-recovery';
import type { Accepted } from './uploader';
import type { Violation } from './violation';

/** The table, as numbers. */
export interface Counts {
  readonly accepted: number;
  readonly mp3s: number;
  readonly verifiedMp3s: number;
  readonly duplicateMp3s: number;
  readonly mails: number;
  readonly duplicateMails: number;
  readonly mailsRepeatedAfterKill: number;
  readonly mailsRepeatedUnheard: number;
  readonly lost: number;
  /** Nobody was promised these, because their upload was not answered; they stand there for ever. */
  readonly unfinished: number;
  /** By reason. */
  readonly failed: Readonly<Record<string, number>>;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly orphans: number;
  readonly orphansJudged: boolean;
  readonly beyondLimit: number;
  readonly slowestRecovery: Recovery | null;
  readonly leftMessages: number;
  readonly crashes: number;
}

export interface Judgement {
  readonly counts: Counts;
  readonly violations: readonly Violation[];
}

/** Holds what a run left behind against what was promised. */
export function judge(evidence: Evidence): Judgement {
  const jobs = new Map(evidence.jobs.map((job) => [job.id, job]));
  const files = new Map(evidence.mp3s.map((file) => [file.fid, file]));
  const promised = new Map(evidence.accepted.map((one) => [one.jobId, one]));
  const lost = evidence.accepted.flatMap((one) => judgeAccepted(one, jobs, files, evidence));
  const wrong = evidence.accepted.flatMap((one) => judgeMp3(one, jobs, files, evidence));
  const unfinished = evidence.jobs
    .filter(({ id, finishedMs }) => !promised.has(id) && finishedMs === null)
    .map(({ id, state }) => violation('unfinished', id, `the job is ${state} for ever`));
  const duplicateMp3s = judgeDuplicates(evidence.mp3s);
  const mails = judgeMails(evidence);
  const attempts = judgeAttempts(evidence);
  const recoveries = judgeRecovery(evidence);
  const orphans = evidence.orphans.map(({ kind, id }) =>
    violation('orphan', null, `${kind} ${id} belongs to nobody`),
  );
  const left = evidence.leftMessages.map(({ queue, messages }) =>
    violation('left message', null, `${messages} messages in ${queue}`),
  );
  return {
    counts: {
      ...countMp3s(evidence, jobs, files, wrong),
      ...countMails(evidence, mails),
      duplicateMp3s: duplicateMp3s.length,
      lost: lost.length,
      unfinished: unfinished.length,
      failed: countBy(evidence.jobs.flatMap(({ refusal }) => refusal ?? [])),
      deadLetters: countBy(evidence.deadLetters.map(({ queue, reason }) => `${queue}: ${reason}`)),
      orphans: orphans.length,
      orphansJudged: evidence.swept,
      beyondLimit: attempts.length,
      slowestRecovery: slowest(recoveries),
      leftMessages: evidence.leftMessages.reduce((sum, { messages }) => sum + messages, 0),
      crashes: evidence.crashes.length,
    },
    violations: [
      ...lost,
      ...unfinished,
      ...duplicateMp3s,
      ...wrong,
      ...mails.violations,
      ...(evidence.swept ? orphans : []),
      ...attempts,
      ...slowRecoveries(recoveries, evidence.limits.recoveryMs),
      ...left,
    ],
  };
}

/** What was accepted ends as one MP3 and one mail, as a failure that is told, or as a dead letter. */
function judgeAccepted(
  accepted: Accepted,
  jobs: ReadonlyMap<string, JobFacts>,
  files: ReadonlyMap<string, Mp3File>,
  evidence: Evidence,
): Violation[] {
  const { jobId, clip } = accepted;
  const lost = (text: string) => [violation('lost', jobId, text)];
  const job = jobs.get(jobId);
  const expected = evidence.expected[clip];
  const letters = evidence.deadLetters.filter((letter) => letter.jobId === jobId);
  if (job === undefined) return lost('it was accepted and has no record');
  switch (job.state) {
    case 'ready':
      if (expected?.kind === 'refused') return lost(`${clip} cannot have become an MP3`);
      if (job.mp3Fid === null || !files.has(job.mp3Fid)) return lost('it is ready without an MP3');
      break;
    case 'failed':
      if (expected?.kind === 'mp3')
        return lost(`${clip} was refused: ${job.refusal ?? 'no reason'}`);
      if (expected?.reason !== job.refusal) {
        return lost(`${clip} was refused as ${job.refusal ?? 'nothing'}`);
      }
      break;
    case 'dead':
      return letters.some(({ queue }) => queue === 'video')
        ? []
        : lost('it was given up and no dead letter is on file');
    default:
      return lost(
        `it is still ${job.state}${letters.length > 0 ? ', though a dead letter of it is on file' : ''}`,
      );
  }
  const mail = expectedMail(job) ?? '';
  const told = evidence.mails.some((one) => one.messageId.startsWith(mail));
  const canBeReplayed = letters.some(({ queue }) => queue !== 'video');
  if (!told && !canBeReplayed) return lost(`it is ${job.state} and nobody was told`);
  const stranger = evidence.mails.find(
    (one) => one.messageId.startsWith(mail) && one.to !== accepted.listener,
  );
  return stranger === undefined ? [] : lost(`the mail went to ${stranger.to}`);
}

/** The MP3 of an accepted job is whole, and of the video that was uploaded. */
function judgeMp3(
  { jobId, clip, fileName }: Accepted,
  jobs: ReadonlyMap<string, JobFacts>,
  files: ReadonlyMap<string, Mp3File>,
  { expected }: Evidence,
): Violation[] {
  const file = files.get(jobs.get(jobId)?.mp3Fid ?? '');
  const wanted = expected[clip];
  if (file === undefined || wanted?.kind !== 'mp3') return [];
  const title = fileName.slice(0, fileName.lastIndexOf('.'));
  const wrong = (text: string) => [violation('wrong MP3', jobId, `MP3 ${file.fid}: ${text}`)];
  if (file.problem !== null) return wrong(file.problem);
  if (file.jobId !== jobId) return wrong(`it is marked as one of job ${file.jobId ?? 'nobody'}`);
  if (file.title !== title) return wrong(`it is of "${file.title}" and not of "${title}"`);
  if (file.samples !== wanted.samples || file.sampleRate !== wanted.sampleRate) {
    return wrong(
      `${file.samples} samples at ${file.sampleRate} Hz, expected ${wanted.samples} at ${wanted.sampleRate} Hz`,
    );
  }
  return [];
}

/** Every file beyond the first of a job. */
function judgeDuplicates(mp3s: readonly Mp3File[]): Violation[] {
  const seen = new Map<string, string>();
  return mp3s.flatMap(({ fid, jobId }) => {
    if (jobId === null) return [];
    const first = seen.get(jobId);
    seen.set(jobId, first ?? fid);
    if (first === undefined) return [];
    return [violation('duplicate MP3', jobId, `MP3 ${fid} besides ${first}`)];
  });
}

function judgeAttempts({ jobs, mailAttempts, limits }: Evidence): Violation[] {
  const tooMany = (attempts: number) => attempts > limits.attempts;
  return [
    ...jobs
      .filter(({ attempts }) => tooMany(attempts))
      .map(({ id, attempts }) =>
        violation('too many attempts', id, `${attempts} attempts, at most ${limits.attempts}`),
      ),
    ...mailAttempts
      .filter(({ attempts }) => tooMany(attempts))
      .map(({ messageId, attempts }) =>
        violation('too many attempts', null, `${attempts} attempts of mail ${messageId}`),
      ),
  ];
}

function slowRecoveries(recoveries: readonly Recovery[], limitMs: number): Violation[] {
  return recoveries
    .filter(({ tookMs }) => tookMs > limitMs)
    .map(({ server, returnedMs, tookMs }) =>
      violation(
        'slow recovery',
        null,
        `${server} came back at ${new Date(returnedMs).toISOString().slice(11, 23)}; the first waiting job started ${tookMs} ms later`,
      ),
    );
}

function countMp3s(
  { accepted }: Evidence,
  jobs: ReadonlyMap<string, JobFacts>,
  files: ReadonlyMap<string, Mp3File>,
  wrong: readonly Violation[],
): Pick<Counts, 'accepted' | 'mp3s' | 'verifiedMp3s'> {
  const made = accepted.filter(({ jobId }) => files.has(jobs.get(jobId)?.mp3Fid ?? ''));
  return {
    accepted: accepted.length,
    mp3s: made.length,
    verifiedMp3s: made.length - wrong.length,
  };
}

function countMails(
  { mails }: Evidence,
  { duplicates, afterKill, unheard }: MailJudgement,
): Pick<Counts, 'mails' | 'duplicateMails' | 'mailsRepeatedAfterKill' | 'mailsRepeatedUnheard'> {
  return {
    mails: mails.length,
    duplicateMails: duplicates,
    mailsRepeatedAfterKill: afterKill,
    mailsRepeatedUnheard: unheard,
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function slowest(recoveries: readonly Recovery[]): Recovery | null {
  return recoveries.toSorted((one, other) => other.tookMs - one.tookMs)[0] ?? null;
}

function violation(rule: Violation['rule'], jobId: string | null, text: string): Violation {
  return { rule, jobId, text };
}
