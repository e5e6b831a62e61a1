import type { Document, Filter } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import type { DeadLetterStores } from '../stores';

/** Stores that keep the ids of each query for jobs. */
export function recordingReads(
  stores: DeadLetterStores,
): DeadLetterStores & { readonly asked: string[][] } {
  const asked: string[][] = [];
  const jobs = new Proxy(stores.jobs, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        if (name === 'find') asked.push(idsIn(given[0] as Filter<JobRecord>));
        return Reflect.apply(member, target, given);
      };
    },
  });
  return { ...stores, jobs, asked };
}

const idsIn = ({ _id }: Document): string[] => (_id as { $in: string[] }).$in;
