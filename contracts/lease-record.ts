import type { Collection, Db } from 'mongodb';
import { durable } from './job-collection';

/** The right of one process among several to do something (collection `leases`). */
export interface LeaseRecord {
  readonly _id: string;
  readonly holder: string | null;
  readonly expiresAt: Date;
}

/** The lease of the active relay. */
export const relayLease = 'relay';

export function leaseCollection(database: Db): Collection<LeaseRecord> {
  return database.collection<LeaseRecord>('leases', durable);
}
