import type { ObjectId } from 'mongodb';
import { defaultConversionOptions, type ConversionOptions } from './conversion-options';
import type { DeadReason } from './headers';
import type { RefusalReason } from './refusal-reason';
import type { SourceFacts } from './source-facts';

/**
 * The words.
 * job         one wish to turn one video into one MP3
 * message     bytes with a contract
 * delivery    one arrival of a message at a consumer
 * attempt     our count of runs of a job, from 1
 * redelivery  the broker handing the same message again
 * step        one named unit inside an attempt
 * outcome     what an attempt came to
 * settle      tell the broker
 * retry       same job, later, attempt + 1
 * defer       same job, later, attempt unchanged
 * dead letter a message we stopped trying, kept with its reason
 * replay      put it back
 * claim       a worker's fenced, expiring right to a job
 */

export const stepNames = ['fetch-video', 'transcode', 'store-mp3', 'emit-done'] as const;
export type StepName = (typeof stepNames)[number];

export const jobStates = ['queued', 'converting', 'waiting', 'ready', 'failed', 'dead'] as const;
export type JobState = (typeof jobStates)[number];

/** States in which nothing more will happen by itself. */
export const finalJobStates = ['ready', 'failed', 'dead'] as const satisfies readonly JobState[];
export type FinalJobState = (typeof finalJobStates)[number];

export interface JobOwner {
  /** The user's id (`sub`), or null for a job that came as a bare tutorial message. */
  readonly id: string | null;
  /** The user's e-mail address, as it was when the job was created. */
  readonly address: string;
}

/** The mail about how a job ended; it goes its own way once the news is out. */
export type MailState = 'none' | 'pending' | 'sent' | 'dead';

export interface Claim {
  /**
   * Also the GridFS id, as hex, of the MP3 that this attempt stores if it gets that far. So it is
   * known which unfinished file somebody may still be writing.
   */
  readonly token: string;
  readonly worker: string;
  readonly expiresAt: Date;
}

/** How one attempt ended; kept on the job, so that an operator finds it without logs. */
export interface AttemptFailure {
  readonly attempt: number;
  readonly at: Date;
  readonly worker: string;
  readonly step: StepName | null;
  readonly errorClass: string;
  readonly error: string;
  /** How often the job had been replayed before. Missing in records of version 0.1: never. */
  readonly replay?: number;
  /** The attempt's last log lines, JSON. Missing in records of version 0.1: none. */
  readonly log?: readonly string[];
}

/** The truth about one conversion (collection `jobs`). Messages only move it. */
export interface JobRecord {
  /** The hex `video_fid` for the first job of a video, so a bare copy of a message finds it. */
  readonly _id: string;
  readonly owner: JobOwner;
  readonly source: {
    readonly fid: ObjectId;
    /** File name as uploaded, cleaned of path and control characters; null when unknown. */
    readonly name: string | null;
    readonly bytes: number | null;
  };
  readonly options: ConversionOptions;
  readonly state: JobState;
  readonly step: StepName | null;
  /** Of the current step, 0 to 100. */
  readonly percent: number;
  readonly claim: Claim | null;
  /** Attempts begun; counted by the claim, before work starts. */
  readonly attempts: number;
  readonly failures: readonly AttemptFailure[];
  /** Set by one conditional update once the MP3 is stored whole. */
  readonly mp3: {
    readonly fid: ObjectId;
    readonly bytes: number;
    readonly durationMs: number;
  } | null;
  /** Why there will be no MP3; set in state `failed`. */
  readonly refusal: { readonly reason: RefusalReason; readonly detail: string } | null;
  /** Why nobody tries any more; set in state `dead`. Missing in records of version 0.1. */
  readonly deadReason: DeadReason | null;
  /**
   * What ffprobe says of the source, noted when an attempt comes to a dead letter; null when that
   * never happened or there was no file to look at. Missing in records of version 0.1.
   */
  readonly sourceFacts?: SourceFacts | null;
  /** How often an operator has put the job back. Missing in records of version 0.1: never. */
  readonly replays?: number;
  /**
   * When an operator put the job back last; it then waits its turn apart from fresh uploads. Null,
   * or missing in records of version 0.1: never.
   */
  readonly replayedAt?: Date | null;
  /**
   * The trace of the upload (W3C Trace Context), 32 hexadecimal digits; null for a job that came as
   * a message without one. Missing in records of version 0.1.
   */
  readonly traceId?: string | null;
  /**
   * Where that trace goes on (`traceparent`, W3C Trace Context): the span of the upload, or of the
   * last replay. Null while nobody traces; missing in records of version 0.1.
   */
  readonly traceparent?: string | null;
  /** Missing in records of version 0.1, whose mails the ledger alone knows. */
  readonly mail: MailState;
  readonly createdAt: Date;
  /**
   * When the broker confirmed the job's message. Null while the job is held: accepted and waiting
   * for the broker, for its owner's turn, or for a message that was lost to be sent anew.
   */
  readonly publishedAt: Date | null;
  /** When the broker confirmed the message that tells how it ended; null until then. */
  readonly announcedAt: Date | null;
  readonly startedAt: Date | null;
  /** When it came to a final state. A job without it is open. */
  readonly finishedAt: Date | null;
}

/** A job as it is when it is created: nothing has happened yet. */
export function newJob(
  id: string,
  owner: JobOwner,
  source: JobRecord['source'],
  createdAt: Date,
): JobRecord {
  return {
    _id: id,
    owner,
    source,
    options: defaultConversionOptions,
    state: 'queued',
    step: null,
    percent: 0,
    claim: null,
    attempts: 0,
    failures: [],
    mp3: null,
    refusal: null,
    deadReason: null,
    sourceFacts: null,
    replays: 0,
    replayedAt: null,
    traceId: null,
    traceparent: null,
    mail: 'none',
    createdAt,
    publishedAt: null,
    announcedAt: null,
    startedAt: null,
    finishedAt: null,
  };
}
