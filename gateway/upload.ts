import type { Request, Response } from 'express';
import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';
import { activeTraceparent } from '../observability/spans';
import type { Collection } from 'mongodb';
import type { JobRecord } from '../contracts/job';
import { held, type Outbox } from '../contracts/outbox';
import { publishAtOnce, recordJob } from './accept-video';
import type { AuthClient } from './auth-client';
import { requireUser } from './credentials';
import type { Endpoint } from './endpoint';
import { answerFor, Refusal } from './errors';
import { inviteBody } from './invite-body';
import { viewJob } from './job-view';
import type { Mongo } from './mongo';
import { receiveFile, type UploadLimits } from './multipart';
import { ownerOf } from './owner';
import { originOf } from './request-log';
import { prefersJson, problemOf } from './send-error';
import type { VideoUpload } from './video-store';

export interface UploadDeps {
  readonly auth: AuthClient;
  readonly mongo: Mongo;
  readonly outbox: Outbox;
  readonly limits: UploadLimits;
  /** Held jobs beyond which uploads are refused. */
  readonly maxBacklog: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** `POST /upload`: one video in a multipart form becomes a job. */
export function upload(deps: UploadDeps): Endpoint {
  const { outbox, logger, metrics } = deps;
  return async (request, response) => {
    const job = await receiveJob(deps, request, response).catch((error: unknown) => {
      metrics.count('uploads_total', { result: isRefused(error) ? 'refused' : 'failed' });
      throw error;
    });
    const { bytes } = job.source;
    metrics.count('uploads_total', { result: 'accepted' });
    metrics.observe('upload_size_bytes', {}, bytes ?? 0);
    await publishAtOnce(outbox, logger, job);
    logger.info({ ...originOf(response), jobId: job._id, bytes }, 'video accepted');
    response.set('Cache-Control', 'no-store').location(`/jobs/${job._id}`);
    if (prefersJson(request)) response.json(viewJob(job));
    else response.type('text/plain').send('success!');
  };
}

/** Stores the video and puts its job on record, or leaves nothing of either. */
async function receiveJob(
  { auth, mongo, limits, maxBacklog, logger }: UploadDeps,
  request: Request,
  response: Response,
): Promise<JobRecord> {
  const claims = await requireUser(auth, request, response);
  refuseDeclaredSize(request, limits);
  await refuseBeyondBacklog(mongo.jobs, maxBacklog);
  inviteBody(request, response);
  const video = mongo.beginUpload();
  try {
    const { name, bytes } = await receiveFile(request, limits, (fileName) => video.open(fileName));
    await video.finish();
    const source = { fid: video.fid, name, bytes };
    const { traceId } = originOf(response);
    const trace = { traceId, traceparent: activeTraceparent() ?? null };
    const job = await recordJob(mongo.jobs, ownerOf(claims), source, trace);
    // After the record, which keeps the sweeper away from now on.
    if (!(await video.isWhole())) throw new Refusal({ kind: 'unavailable' });
    return job;
  } catch (error) {
    await discard(video, mongo.jobs, logger.child(originOf(response)));
    throw error;
  }
}

/** Whether it was turned down on purpose; what broke here, or off, has failed. */
function isRefused(error: unknown): boolean {
  const problem = problemOf(error);
  return problem.kind === 'backlog-full' || answerFor(problem).status < 500;
}

/** A client that says beforehand that it sends too much is not made to send it. */
function refuseDeclaredSize(request: Request, { fileBytes, otherBytes }: UploadLimits): void {
  if (Number(request.headers['content-length'] ?? 0) > fileBytes + otherBytes) {
    throw new Refusal({ kind: 'file-too-large', limitBytes: fileBytes });
  }
}

/**
 * More than is held now can wait for its turn only on a larger disk. Asked before the body is read,
 * which also finds out whether MongoDB answers at all rather than after the first gigabyte.
 */
async function refuseBeyondBacklog(jobs: Collection<JobRecord>, maxBacklog: number): Promise<void> {
  const backlog = await jobs.countDocuments(held, { limit: maxBacklog });
  if (backlog >= maxBacklog) throw new Refusal({ kind: 'backlog-full' });
}

/**
 * Takes back what could not be accepted. Not a job that is on its way: a record written without an
 * answer may have been published meanwhile, and then ends as any other. The record first: one without
 * its video would end as a failure that nobody caused. What brought us here is the error to answer
 * with, so one of this is only written down, and what is left the relay's sweeper finds.
 */
async function discard(
  video: VideoUpload,
  jobs: Collection<JobRecord>,
  logger: Logger,
): Promise<void> {
  const id = video.fid.toHexString();
  try {
    await jobs.deleteOne({ _id: id, publishedAt: null, state: 'queued' });
    if ((await jobs.findOne({ _id: id }, { projection: { _id: 1 } })) === null) {
      await video.discard();
    }
  } catch (error) {
    logger.warn({ fid: id, err: error }, 'refused upload not deleted');
  }
}
