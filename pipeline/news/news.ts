import type { OutgoingMessage } from '../../contracts/broker/confirmed-publisher';
import { headerNames } from '../../contracts/headers';
import type { JobRecord } from '../../contracts/job';
import type { FailedMessage, Mp3Message } from '../../contracts/message';
import type { Topology } from '../../contracts/topology';

type Told = Pick<JobRecord, '_id' | 'owner' | 'source'>;

/** Says on the queue `mp3` that the MP3 is stored: a message that a tutorial consumer can read. */
export function readyNews(
  { _id, owner, source, mp3 }: Told & { readonly mp3: Pick<NonNullable<JobRecord['mp3']>, 'fid'> },
  { queueNames }: Topology,
): OutgoingMessage {
  const mp3Fid = mp3.fid.toHexString();
  const body: Mp3Message = {
    video_fid: source.fid.toHexString(),
    mp3_fid: mp3Fid,
    username: owner.address,
    job_id: _id,
  };
  return {
    queue: queueNames.mp3,
    body,
    messageId: `ready.${mp3Fid}`,
    headers: { [headerNames.jobId]: _id },
  };
}

/** Says on the queue `mp3.failed` why there will be no MP3. */
export function refusalNews(
  {
    _id,
    owner,
    source,
    refusal,
  }: Told & { readonly refusal: Pick<NonNullable<JobRecord['refusal']>, 'reason'> },
  { queueNames }: Topology,
): OutgoingMessage {
  const body: FailedMessage = {
    video_fid: source.fid.toHexString(),
    username: owner.address,
    job_id: _id,
    reason: refusal.reason,
  };
  return {
    queue: queueNames.failed,
    body,
    messageId: `failed.${_id}`,
    headers: { [headerNames.jobId]: _id },
  };
}

/** The news of a job that ended so that its listener is told; undefined for any other. */
export function newsOf(
  job: Told & Pick<JobRecord, 'state' | 'mp3' | 'refusal'>,
  topology: Topology,
): OutgoingMessage | undefined {
  const { state, mp3, refusal } = job;
  if (state === 'ready' && mp3 !== null) return readyNews({ ...job, mp3 }, topology);
  if (state === 'failed' && refusal !== null) return refusalNews({ ...job, refusal }, topology);
  return undefined;
}
