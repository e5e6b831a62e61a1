import type { Collection, Db } from 'mongodb';
import type { Claim } from './job';
import { durable } from './job-collection';

export interface MailClaim extends Claim {
  /** When somebody met the claim expired and gave its holder notice. */
  readonly noticeAt?: Date;
}

/** How one attempt to send a mail ended. */
export interface MailFailure {
  readonly attempt: number;
  /** How often an operator had put the news back before. */
  readonly replay: number;
  readonly at: Date;
  readonly worker: string;
  readonly errorClass: string;
  readonly error: string;
  /** The attempt's last log lines, JSON. */
  readonly log: readonly string[];
}

/** One mail, keyed by its Message-ID (collection `mails`). */
export interface MailRecord {
  readonly _id: string;
  readonly to: string;
  /** `dead`: given up, and a dead letter; its replay is tried anew. */
  readonly state: 'pending' | 'sent' | 'dead';
  readonly claim: MailClaim | null;
  readonly attempts: number;
  /** How often the mail server got the whole mail and did not answer. Missing: never. */
  readonly unanswered?: number;
  readonly sentAt: Date | null;
  /** Attempts that failed, oldest first. Missing in records of version 0.1: not known. */
  readonly failures?: readonly MailFailure[];
  /** The highest `replay` of a message about it. Missing: none. */
  readonly replay?: number;
}

/** The mail ledger's collection. */
export function mailCollection(database: Db): Collection<MailRecord> {
  return database.collection<MailRecord>('mails', durable);
}
