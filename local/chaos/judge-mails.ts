import type { Evidence, Interval, JobFacts, MailCopy } from './evidence';
import type { MailGap } from './mail-gaps';
import type { Violation } from './violation';

export interface MailJudgement {
  /** Mails about something that their job did not come to. */
  readonly wrong: number;
  /** Repeats that nothing excuses. */
  readonly duplicates: number;
  /** Repeats after a kill or pause between the mail server's answer and the ledger. */
  readonly afterKill: number;
  /** Repeats of mails whose answer the worker never heard. */
  readonly unheard: number;
  readonly violations: readonly Violation[];
}

/** A mail is noted as received a moment before it is answered, and clocks have their grain. */
const slackMs = 1_000;

/** The one mail that a job may bring (compose-mail.ts), whatever its domain. */
export function expectedMail(job: JobFacts): string | null {
  if (job.state === 'failed') return `<failed.${job.id}@`;
  return job.state === 'ready' && job.mp3Fid !== null ? `<ready.${job.mp3Fid}@` : null;
}

/**
 * Looks at every mail: it must be the one of a job, and there once. A repeat is excused by a kill
 * or pause of a worker that had this very mail in hand, one repeat for each (and each queue: a
 * worker has one mail of each in hand), or when the worker could not hear the answer to the copy
 * before.
 */
export function judgeMails(evidence: Evidence): MailJudgement {
  const violations: Violation[] = [];
  let [wrong, duplicates, afterKill, unheard] = [0, 0, 0, 0];
  const spent = { ready: new Set<MailGap>(), failed: new Set<MailGap>() };
  const jobs = new Map(
    evidence.jobs.flatMap((job): [string, JobFacts][] => {
      const mail = expectedMail(job);
      return mail === null ? [] : [[mail, job]];
    }),
  );
  for (const [messageId, copies] of byMessageId(evidence.mails)) {
    const excuses = spent[messageId.startsWith('<failed.') ? 'failed' : 'ready'];
    const job = jobs.get(messageId.slice(0, messageId.indexOf('@') + 1));
    const jobId = job?.id ?? jobOf(messageId, copies, evidence);
    if (job === undefined) {
      wrong += 1;
      const text = `mail ${messageId} is not what the job came to`;
      violations.push({ rule: 'wrong mail', jobId, text });
    }
    for (const [index, copy] of copies.entries()) {
      const next = copies[index + 1];
      if (next === undefined) break;
      const gap = evidence.gaps.find(
        (one) =>
          !excuses.has(one) &&
          one.messageIds.includes(messageId) &&
          one.atMs <= next.atMs + slackMs,
      );
      if (gap !== undefined) {
        excuses.add(gap);
        afterKill += 1;
      } else if (evidence.unheard.some((interval) => holds(interval, copy.atMs))) {
        unheard += 1;
      } else {
        duplicates += 1;
        const text = `mail ${messageId} came again at ${time(next.atMs)} after ${time(copy.atMs)}, and nothing excuses it`;
        violations.push({ rule: 'duplicate mail', jobId, text });
      }
    }
  }
  return { wrong, duplicates, afterKill, unheard, violations };
}

function byMessageId(mails: readonly MailCopy[]): Map<string, MailCopy[]> {
  const groups = new Map<string, MailCopy[]>();
  for (const mail of mails.toSorted((one, other) => one.atMs - other.atMs)) {
    const group = groups.get(mail.messageId) ?? [];
    groups.set(mail.messageId, [...group, mail]);
  }
  return groups;
}

/** The MP3 that a mail tells of. */
export function mp3Of({ messageId }: MailCopy): string | null {
  return /^<ready\.([0-9a-f]+)@/.exec(messageId)?.[1] ?? null;
}

/** Whose mail it is when it is not the one that was expected. */
export function jobOf(
  messageId: string,
  copies: readonly MailCopy[],
  { jobs, mp3s }: Evidence,
): string | null {
  const id = /^<(?:failed|ready)\.([0-9a-f]+)@/.exec(messageId)?.[1];
  const owner = mp3s.find(({ fid }) => fid === id)?.jobId;
  const names = copies.flatMap(({ sourceName }) => sourceName ?? []);
  const job =
    jobs.find((one) => one.id === id || one.id === owner) ??
    jobs.find(({ sourceName }) => sourceName !== null && names.includes(sourceName));
  return job?.id ?? null;
}

function holds({ fromMs, toMs }: Interval, atMs: number): boolean {
  return atMs >= fromMs && atMs <= toMs + slackMs;
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}
