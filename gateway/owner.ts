import type { Filter } from 'mongodb';
import type { JobOwner, JobRecord } from '../contracts/job';
import type { TokenClaims } from '../contracts/token-claims';

/**
 * Whose a job is. A user's id decides; the address counts only for jobs that have no id, because
 * they came as a bare tutorial message or with a token without `sub`. So somebody who takes over
 * an address does not inherit the files of the user before.
 */
export function ownerOf(claims: TokenClaims): JobOwner {
  return { id: claims.sub ?? null, address: claims.username.toLowerCase() };
}

/** The same rule as {@link ownerOf} as a query. */
export function ownedBy(claims: TokenClaims): Filter<JobRecord> {
  const withoutId = { 'owner.id': null, 'owner.address': claims.username.toLowerCase() };
  return claims.sub === undefined ? withoutId : { $or: [{ 'owner.id': claims.sub }, withoutId] };
}
