import { type Collection, ObjectId } from 'mongodb';
import type { JobRecord } from '../contracts/job';
import type { AuthClient } from './auth-client';
import { requireUser } from './credentials';
import type { Endpoint } from './endpoint';
import { Refusal } from './errors';
import { ownedBy } from './owner';
import type { Mp3Sender } from './send-mp3';

/**
 * `GET /download?fid=`: the MP3 with this id, if one of the asking user's jobs made it. An id that
 * is unknown, malformed or another user's is "not found" alike.
 */
export function download(auth: AuthClient, jobs: Collection<JobRecord>, mp3s: Mp3Sender): Endpoint {
  return async (request, response) => {
    const claims = await requireUser(auth, request, response);
    const fid: unknown = request.query['fid'];
    if (fid === undefined || fid === '') throw new Refusal({ kind: 'fid-required' });
    if (typeof fid !== 'string' || !/^[0-9a-f]{24}$/i.test(fid)) {
      throw new Refusal({ kind: 'not-found' });
    }
    const job = await jobs.findOne({
      $and: [{ 'mp3.fid': ObjectId.createFromHexString(fid) }, ownedBy(claims)],
    });
    if (job?.mp3 == null) throw new Refusal({ kind: 'not-found' });
    await mp3s.send(request, response, job.mp3.fid, `${job.mp3.fid.toHexString()}.mp3`);
  };
}
