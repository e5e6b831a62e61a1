import type { AnyBulkWriteOperation } from 'mongodb';
import { newJob, type JobRecord } from '../../contracts/job';
import type { AcceptedReplay } from './accepted-replay';

type JobWrite = AnyBulkWriteOperation<JobRecord>;

/**
 * What a replay changes on the record of its job; nothing for a message without one. Each matches
 * only a record that was not put back so often yet, so doing it again changes nothing.
 */
export function jobWrite({ plan, replay, job, trace }: AcceptedReplay): JobWrite[] {
  const replayed = { replays: replay, replayedAt: new Date(), ...trace };
  // A missing count is none.
  const notYet = { replays: { $not: { $gte: replay } } };
  switch (plan.kind) {
    case 'reopen-job': {
      const { address, sourceFid, options, convertAnew } = plan.change;
      const otherSource = job !== null && !sourceFid.equals(job.source.fid);
      return [
        {
          updateOne: {
            filter: { _id: plan.jobId, state: 'dead', ...notYet },
            update: {
              $set: {
                ...replayed,
                'owner.address': address,
                'source.fid': sourceFid,
                ...(otherSource ? { 'source.bytes': null, sourceFacts: null } : {}),
                ...(convertAnew ? { mp3: null } : {}),
                options,
                state: 'queued',
                step: null,
                percent: 0,
                claim: null,
                attempts: 0,
                deadReason: null,
                refusal: null,
                mail: 'none',
                publishedAt: null,
                announcedAt: null,
                finishedAt: null,
              },
            },
          },
        },
      ];
    }
    case 'create-job': {
      const { address, sourceFid, options } = plan.change;
      const source = { fid: sourceFid, name: null, bytes: null };
      const owner = { id: null, address };
      const { _id, ...fields } = newJob(plan.jobId, owner, source, new Date());
      const { replays: _none, ...inserted } = { ...fields, ...replayed, options };
      // A copy of the message may have made the job meanwhile.
      const update = { $setOnInsert: inserted, $max: { replays: replay } };
      return [{ updateOne: { filter: { _id }, update, upsert: true } }];
    }
    case 'announce-again':
      return [
        {
          updateOne: {
            filter: { _id: plan.jobId, mail: { $ne: 'sent' }, ...notYet },
            update: {
              $set: { ...replayed, 'owner.address': plan.address, mail: 'none', announcedAt: null },
            },
          },
        },
      ];
    case 'close':
      if (plan.outcome !== 'waiting' || job === null) return [];
      return [{ updateOne: { filter: { _id: job._id }, update: { $max: { replays: replay } } } }];
    case 'publish':
    case 'refused':
      return [];
    default:
      return plan satisfies never;
  }
}
