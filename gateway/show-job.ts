import type { Collection } from 'mongodb';
import type { JobRecord } from '../contracts/job';
import type { TokenClaims } from '../contracts/token-claims';
import type { AuthClient } from './auth-client';
import { requireUser } from './credentials';
import type { Endpoint } from './endpoint';
import { Refusal } from './errors';
import { viewJob } from './job-view';
import { ownedBy } from './owner';

/** `GET /jobs/:id`: one job of the asking user. */
export function showJob(auth: AuthClient, jobs: Collection<JobRecord>): Endpoint {
  return async (request, response) => {
    const claims = await requireUser(auth, request, response);
    const job = await findOwnJob(jobs, claims, request.params['id']);
    response.set('Cache-Control', 'no-store').json(viewJob(job));
  };
}

/** @throws Refusal `not-found`, for another user's job as well: who asks learns nothing. */
export async function findOwnJob(
  jobs: Collection<JobRecord>,
  claims: TokenClaims,
  id: unknown,
): Promise<JobRecord> {
  const job =
    typeof id === 'string' ? await jobs.findOne({ $and: [{ _id: id }, ownedBy(claims)] }) : null;
  if (job === null) throw new Refusal({ kind: 'not-found' });
  return job;
}
