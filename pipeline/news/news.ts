import type { ObjectId } from 'mongodb';
import type { OutgoingMessage } from '../../contracts/broker/confirmed-publisher';
import type { JobRecord } from '../../contracts/job';
import { jobHeaders } from '../../contracts/job-headers';
import type { FailedMessage, Mp3Message } from '../../contracts/message';
import type { RefusalReason } from '../../contracts/refusal-reason';
import type { Topology } from '../../contracts/topology';

interface Ready {
  readonly jobId: string;
  readonly username: string;
  readonly videoFid: ObjectId;
  readonly mp3Fid: ObjectId;
  readonly replays: number;
  readonly traceId: string | null;
  readonly traceparent: string | null;
}

type Told = Pick<JobRecord, '_id' | 'owner' | 'source' | 'replays' | 'traceId' | 'traceparent'>;

/** Says on the queue `mp3` that the MP3 is stored: a message that a tutorial consumer can read. */
export function readyNews(
  { jobId, username, videoFid, mp3Fid, ...about }: Ready,
  { queueNames }: Topology,
): OutgoingMessage {
  const body: Mp3Message = {
    video_fid: videoFid.toHexString(),
    mp3_fid: mp3Fid.toHexString(),
    username,
    job_id: jobId,
  };
  return {
    queue: queueNames.mp3,
    body,
    messageId: `ready.${mp3Fid.toHexString()}`,
    headers: jobHeaders({ _id: jobId, ...about }),
  };
}

/** Says on the queue `mp3.failed` why there will be no MP3. */
export function refusalNews(
  job: Told,
  reason: RefusalReason,
  { queueNames }: Topology,
): OutgoingMessage {
  const { _id, owner, source } = job;
  const body: FailedMessage = {
    video_fid: source.fid.toHexString(),
    username: owner.address,
    job_id: _id,
    reason,
  };
  return {
    queue: queueNames.failed,
    body,
    messageId: `failed.${_id}`,
    headers: jobHeaders(job),
  };
}

/** The news of a job that ended so that its listener is told; undefined for any other. */
export function newsOf(
  job: Told & Pick<JobRecord, 'state' | 'mp3' | 'refusal'>,
  topology: Topology,
): OutgoingMessage | undefined {
  const { _id: jobId, owner, source, state, mp3, refusal } = job;
  if (state === 'ready' && mp3 !== null) {
    const [username, videoFid, mp3Fid] = [owner.address, source.fid, mp3.fid];
    const { replays = 0, traceId = null, traceparent = null } = job;
    const about = { replays, traceId, traceparent };
    return readyNews({ jobId, username, videoFid, mp3Fid, ...about }, topology);
  }
  if (state === 'failed' && refusal !== null) return refusalNews(job, refusal.reason, topology);
  return undefined;
}
