import type { Db } from 'mongodb';
import { leaseCollection, relayLease } from '../../../contracts/lease-record';

/** The lease of the active relay, which carries orders out (collection `leases`). */
interface RelayLease {
  readonly holder: string | null;
  readonly held: boolean;
}

export type RelayStanding =
  | { readonly kind: 'active'; readonly holder: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'never-seen' };

/** Whether a relay seems to be up: one that is renews its lease. By the clock of MongoDB. */
export async function relayStanding(database: Db): Promise<RelayStanding> {
  const [lease] = await leaseCollection(database)
    .aggregate<RelayLease>([
      { $match: { _id: relayLease } },
      { $project: { holder: 1, held: { $gt: ['$expiresAt', '$$NOW'] } } },
    ])
    .toArray();
  if (lease === undefined) return { kind: 'never-seen' };
  const { holder, held } = lease;
  return held && holder !== null ? { kind: 'active', holder } : { kind: 'gone' };
}

/** What that means for an order that does not get on. */
export function describeStanding(standing: RelayStanding): string {
  const what = 'The relay carries orders out';
  switch (standing.kind) {
    case 'active': {
      const [host = '', pid = ''] = standing.holder.split(':');
      return `${what}; it is up (on ${host}, process ${pid}): its log says what it is at.`;
    }
    case 'gone':
      return `${what}, and none seems to be up. The order waits for it: start the relay.`;
    case 'never-seen':
      return `${what}, and none was ever up on this database: is it the right one? (MONGO_URL, JOBS_DATABASE)`;
    default:
      return standing satisfies never;
  }
}
