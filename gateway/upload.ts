import type { Request } from 'express';
import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';
import { acceptVideo } from './accept-video';
import type { AuthClient } from './auth-client';
import type { Broker } from './broker';
import { requireUser } from './credentials';
import type { Endpoint } from './endpoint';
import { Refusal } from './errors';
import { viewJob } from './job-view';
import type { Mongo } from './mongo';
import { receiveFile, type UploadLimits } from './multipart';
import { ownerOf } from './owner';
import { requestIdOf } from './request-log';
import { prefersJson } from './send-error';
import type { VideoUpload } from './video-store';

export interface UploadDeps {
  readonly auth: AuthClient;
  readonly mongo: Mongo;
  readonly broker: Broker;
  readonly limits: UploadLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** `POST /upload`: one video in a multipart form becomes a job. */
export function upload(deps: UploadDeps): Endpoint {
  const { auth, mongo, broker, limits, logger, metrics } = deps;
  return async (request, response) => {
    const claims = await requireUser(auth, request, response);
    refuseDeclaredSize(request, limits);
    await mongo.ping(); // Rather than after the first gigabyte.
    // Node closes a connection on which the answer came without it (RFC 9110 section 10.1.1).
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    const video = mongo.beginUpload();
    try {
      const { name, bytes } = await receiveFile(request, limits, (fileName) =>
        video.open(fileName),
      );
      await video.finish();
      const source = { fid: video.fid, name, bytes };
      const job = await acceptVideo(mongo.jobs, broker, logger, ownerOf(claims), source);
      metrics.count('upload_bytes_total', {}, bytes);
      logger.info({ requestId: requestIdOf(response), jobId: job._id, bytes }, 'video accepted');
      response.set('Cache-Control', 'no-store').location(`/jobs/${job._id}`);
      if (prefersJson(request)) response.json(viewJob(job));
      else response.type('text/plain').send('success!');
    } catch (error) {
      await discard(video, logger);
      throw error;
    }
  };
}

/** A client that says beforehand that it sends too much is not made to send it. */
function refuseDeclaredSize(request: Request, { fileBytes, otherBytes }: UploadLimits): void {
  if (Number(request.headers['content-length'] ?? 0) > fileBytes + otherBytes) {
    throw new Refusal({ kind: 'file-too-large', limitBytes: fileBytes });
  }
}

/** What brought us here is the error to answer with, so this one is only written down. */
async function discard(video: VideoUpload, logger: Logger): Promise<void> {
  try {
    await video.discard();
  } catch (error) {
    logger.warn({ fid: video.fid.toHexString(), err: error }, 'refused upload not deleted');
  }
}
