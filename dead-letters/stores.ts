import { createHash } from 'node:crypto';
import { GridFSBucket, ObjectId, type Collection, type Db, type IndexDescription } from 'mongodb';
import { durable, jobCollection } from '../contracts/job-collection';
import type { JobRecord } from '../contracts/job';
import { mailCollection, type MailRecord } from '../contracts/mail-record';
import type { AuditEntry } from './audit-entry';
import type { DeadLetterRecord } from './dead-letter';
import type { OrderRecord } from './order';

/** Where dead letters and everything about them is: the database of the job records. */
export interface DeadLetterStores {
  readonly database: Db;
  readonly letters: Collection<DeadLetterRecord>;
  readonly orders: Collection<OrderRecord>;
  readonly audit: Collection<AuditEntry>;
  readonly jobs: Collection<JobRecord>;
  readonly mails: Collection<MailRecord>;
  /** Bodies too large for a record. */
  readonly bodies: GridFSBucket;
}

export function openStores(database: Db): DeadLetterStores {
  return {
    database,
    letters: database.collection<DeadLetterRecord>('dead_letters', durable),
    orders: database.collection<OrderRecord>('dead_letter_orders', durable),
    audit: database.collection<AuditEntry>('dead_letter_audit', durable),
    jobs: jobCollection(database),
    mails: mailCollection(database),
    bodies: new GridFSBucket(database, { bucketName: 'dead_letters', ...durable }),
  };
}

const letterIndexes: IndexDescription[] = [
  // The list, newest death first; an order goes the other way.
  { key: { state: 1, 'last.at': -1, _id: -1 }, name: 'state-newest' },
  { key: { 'last.at': -1, _id: -1 }, name: 'newest' },
  // Groups, and the list of one group. Groups are counted in it alone, so it has `firstAt` too.
  {
    key: {
      state: 1,
      workQueue: 1,
      'last.step': 1,
      'last.errorClass': 1,
      'last.at': -1,
      _id: -1,
      firstAt: 1,
    },
    name: 'group-newest',
  },
  { key: { address: 1, 'last.at': -1, _id: -1 }, name: 'address-newest' },
  { key: { jobId: 1 }, name: 'job' },
  // What a crash left between two steps.
  { key: { unfinished: 1 }, name: 'unfinished', sparse: true },
  // Replays whose outcome is still to come.
  { key: { outcome: 1, stateAt: 1 }, name: 'outcome-oldest' },
];

const auditIndexes: IndexDescription[] = [
  { key: { at: -1, _id: -1 }, name: 'newest' },
  { key: { order: 1, kind: 1, result: 1 }, name: 'order' },
  { key: { order: 1, at: -1, _id: -1 }, name: 'order-newest' },
  { key: { letter: 1, at: 1 }, name: 'letter' },
  { key: { jobId: 1, at: 1 }, name: 'job' },
  { key: { of: 1 }, name: 'outcome-of', sparse: true },
];

/** Creates the indexes that the queries here rely on. Safe to call from any process. */
export async function ensureDeadLetterIndexes(database: Db): Promise<void> {
  const { letters, orders, audit } = openStores(database);
  await letters.createIndexes(letterIndexes);
  await audit.createIndexes(auditIndexes);
  await orders.createIndexes([{ key: { state: 1, _id: 1 }, name: 'state-oldest' }]);
}

/** A letter's id: the same for every copy of one message. */
export function letterId(queue: string, messageId: string): string {
  return createHash('sha256').update(`${queue}\0${messageId}`).digest('hex').slice(0, 16);
}

/** The file of a letter's large body. */
export function bodyFileId(letter: string): ObjectId {
  return new ObjectId(letter.padEnd(24, '0'));
}
