import type { Collection, Filter } from 'mongodb';
import { z } from 'zod';
import { type JobRecord, jobStates } from '../contracts/job';
import type { AuthClient } from './auth-client';
import { requireUser } from './credentials';
import type { Endpoint } from './endpoint';
import { Refusal } from './errors';
import { viewJob, type ShownJob } from './job-view';
import { ownedBy } from './owner';

const defaultLimit = 50;
const maxLimit = 200;

/**
 * `GET /jobs`: own jobs, newest first. `state` keeps those in one state; `limit` is the size of a
 * page, and `after` the `next` of the page before.
 */
export function listJobs(auth: AuthClient, jobs: Collection<JobRecord>): Endpoint {
  return async (request, response) => {
    const claims = await requireUser(auth, request, response);
    const { state, limit, after } = readQuery(request.query);
    const conditions: Filter<JobRecord>[] = [ownedBy(claims)];
    if (state !== undefined) conditions.push({ state });
    if (after !== undefined) conditions.push(olderThan(after));
    // One more than asked for tells whether there is a next page.
    const found = await jobs
      .find({ $and: conditions })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      // Failures carry log lines, which no listener is shown.
      .project<ShownJob>({ failures: 0 })
      .toArray();
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const next = last !== undefined && found.length > limit ? cursorOf(last) : null;
    response.set('Cache-Control', 'no-store').json({ jobs: page.map(viewJob), next });
  };
}

/** Place of a job in the list. It names no page, so jobs that come or go do not shift it. */
interface Cursor {
  readonly createdAt: Date;
  readonly id: string;
}

const cursorOf = ({ createdAt, _id }: ShownJob): string => `${createdAt.getTime()}-${_id}`;

function olderThan({ createdAt, id }: Cursor): Filter<JobRecord> {
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: id } }] };
}

const querySchemas = {
  state: z.enum(jobStates),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= maxLimit),
  after: z
    .string()
    .regex(/^\d{1,15}-.{1,64}$/)
    .transform((cursor): Cursor => {
      const dash = cursor.indexOf('-');
      return { createdAt: new Date(Number(cursor.slice(0, dash))), id: cursor.slice(dash + 1) };
    }),
};

function readQuery(query: Readonly<Record<string, unknown>>) {
  return {
    state: read('state', `one of ${jobStates.join(', ')}`, querySchemas.state),
    limit:
      read('limit', `a whole number from 1 to ${maxLimit}`, querySchemas.limit) ?? defaultLimit,
    after: read('after', 'the "next" of a page', querySchemas.after),
  };

  function read<Value>(
    name: string,
    expected: string,
    schema: z.ZodType<Value, string>,
  ): Value | undefined {
    if (query[name] === undefined) return undefined;
    const parsed = schema.safeParse(query[name]);
    if (!parsed.success) throw new Refusal({ kind: 'invalid-parameter', name, expected });
    return parsed.data;
  }
}
