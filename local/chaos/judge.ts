import type { Evidence, JobFacts, Mp3File } from './evidence';
import { judgeAccepted } from './judge-accepted';
import { describeLetter, judgeDeadLetters } from './judge-dead-letters';
import { judgeDuplicates, judgeMp3 } from './judge-mp3s';
import { judgeMails, type MailJudgement } from './judge-mails';
import { judgeRecovery, type Recovery } from './judge-recovery';
import { violation, type Rule, type Violation } from './violation';

/** The table, as numbers. */
export interface Counts {
  readonly accepted: number;
  readonly mp3s: number;
  readonly verifiedMp3s: number;
  readonly duplicateMp3s: number;
  readonly mails: number;
  readonly duplicateMails: number;
  readonly wrongMails: number;
  readonly mailsRepeatedAfterKill: number;
  readonly mailsRepeatedUnheard: number;
  readonly lost: number;
  /** Nobody was promised these, because their upload was not answered; they stand there for ever. */
  readonly unfinished: number;
  /** By reason. */
  readonly failed: Readonly<Record<string, number>>;
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Not on file, still in the queue besides, or on file more than once. */
  readonly unfiled: number;
  readonly notReplayable: number;
  readonly orphans: number;
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
  const duplicateMp3s = judgeDuplicates(evidence);
  const mails = judgeMails(evidence);
  const attempts = judgeAttempts(evidence);
  const letters = judgeDeadLetters(evidence.deadLetters);
  const recoveries = judgeRecovery(evidence);
  const orphans = evidence.orphans.map(({ kind, id, jobId }) =>
    violation('orphan', jobId, `${kind} ${id} belongs to nobody`),
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
      deadLetters: countBy(evidence.deadLetters.map(describeLetter)),
      unfiled: count(letters, 'unfiled dead letter') + count(letters, 'duplicate dead letter'),
      notReplayable: count(letters, 'not replayable'),
      orphans: orphans.length,
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
      ...orphans,
      ...letters,
      ...attempts,
      ...slowRecoveries(recoveries, evidence.limits.recoveryMs),
      ...left,
    ],
  };
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
  { wrong, duplicates, afterKill, unheard }: MailJudgement,
): Pick<
  Counts,
  'mails' | 'duplicateMails' | 'wrongMails' | 'mailsRepeatedAfterKill' | 'mailsRepeatedUnheard'
> {
  return {
    mails: mails.length,
    duplicateMails: duplicates,
    wrongMails: wrong,
    mailsRepeatedAfterKill: afterKill,
    mailsRepeatedUnheard: unheard,
  };
}

const count = (violations: readonly Violation[], rule: Rule): number =>
  violations.filter((one) => one.rule === rule).length;

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function slowest(recoveries: readonly Recovery[]): Recovery | null {
  return recoveries.toSorted((one, other) => other.tookMs - one.tookMs)[0] ?? null;
}
