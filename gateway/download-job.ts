import type { Collection } from 'mongodb';
import type { JobRecord } from '../contracts/job';
import type { AuthClient } from './auth-client';
import { requireUser } from './credentials';
import type { Endpoint } from './endpoint';
import { Refusal } from './errors';
import { mp3FileName } from './file-name';
import type { Mp3Sender } from './send-mp3';
import { findOwnJob } from './show-job';

/** `GET /jobs/:id/mp3`: the MP3 of one's own job, named after the uploaded file. */
export function downloadJob(
  auth: AuthClient,
  jobs: Collection<JobRecord>,
  mp3s: Mp3Sender,
): Endpoint {
  return async (request, response) => {
    const claims = await requireUser(auth, request, response);
    const job = await findOwnJob(jobs, claims, request.params['id']);
    if (job.mp3 === null) throw new Refusal({ kind: 'no-mp3', state: job.state });
    const name = mp3FileName(job.source.name, job.mp3.fid.toHexString());
    await mp3s.send(request, response, job.mp3.fid, name);
  };
}
