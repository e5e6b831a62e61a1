import type { Clips, Expected } from './clips';
import type { MailGap } from './mail-gaps';
import type { WorkQueue } from '../../contracts/topology';
import type { DeathReason } from '../../dead-letters/dead-letter';
import type { Accepted } from './uploader';

/** What a run left behind, as the servers themselves tell it. Plain data for the judge. */
export interface Evidence {
  readonly accepted: readonly Accepted[];
  /** What must come of each clip. */
  readonly expected: Readonly<Record<string, Expected>>;
  readonly jobs: readonly JobFacts[];
  /** Every file in the MP3s' bucket. */
  readonly mp3s: readonly Mp3File[];
  /** What the sweep has left. */
  readonly orphans: readonly Orphan[];
  readonly mails: readonly MailCopy[];
  readonly mailAttempts: readonly { readonly messageId: string; readonly attempts: number }[];
  readonly deadLetters: readonly DeadLetterFacts[];
  /** Messages in queues that should be empty. */
  readonly leftMessages: readonly { readonly queue: string; readonly messages: number }[];
  readonly gaps: readonly MailGap[];
  /** Times in which the mail server took mails and its answer may not have been heard. */
  readonly unheard: readonly Interval[];
  readonly starts: readonly { readonly jobId: string; readonly atMs: number }[];
  readonly returns: readonly ServerReturn[];
  /** When something else kept jobs from starting. */
  readonly hindrances: readonly Interval[];
  /** Ends of processes that nobody brought about. */
  readonly crashes: readonly string[];
  readonly limits: { readonly attempts: number; readonly recoveryMs: number };
}

/** Wall clock. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface JobFacts {
  readonly id: string;
  /** Of the file as it was uploaded. */
  readonly sourceName: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly mp3Fid: string | null;
  readonly refusal: string | null;
  readonly createdMs: number;
  readonly finishedMs: number | null;
}

export interface Mp3File {
  readonly fid: string;
  /** Of its mark. */
  readonly jobId: string | null;
  /** Why it is not a whole MP3 that its listener can download; null when it is. */
  readonly problem: string | null;
  readonly samples: number;
  readonly sampleRate: number;
  /** The names of uploads that stand in its title. */
  readonly title: string;
}

export interface Orphan {
  readonly kind: 'mp3 file' | 'mp3 chunks' | 'video file' | 'video chunks' | 'work directory';
  readonly id: string;
  /** Whose it was, where that can be told. */
  readonly jobId: string | null;
}

export interface MailCopy {
  readonly messageId: string;
  /** The uploaded file that it speaks of. */
  readonly sourceName: string | null;
  readonly to: string;
  readonly atMs: number;
}

export interface DeadLetterFacts {
  /** Whose dead letter: of a job, or of a mail about one. */
  readonly queue: WorkQueue;
  readonly jobId: string | null;
  readonly reason: DeathReason;
  readonly errorClass: string;
  readonly onFile: boolean;
  /** Copies that nobody has taken off the queue where dead letters land. */
  readonly inQueue: number;
  /** How often it died; nobody replays here. */
  readonly deaths: number;
  readonly state: string;
  /** What a replay of it would come to, as it is. */
  readonly replay: ReplayFacts;
}

/** `needless`: its job has come to its end by another copy of the message. */
export interface ReplayFacts {
  readonly kind: 'possible' | 'needless' | 'impossible';
  /** As an operator would be told. */
  readonly why: string;
}

export interface ServerReturn {
  readonly server: string;
  readonly atMs: number;
}

export function expectations(clips: Clips): Record<string, Expected> {
  return Object.fromEntries([...clips.values()].map(({ name, expected }) => [name, expected]));
}
