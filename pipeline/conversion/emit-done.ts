import { headerNames } from '../../contracts/headers';
import type { Mp3Message } from '../../contracts/message';
import type { Topology } from '../../contracts/topology';
import type { Publisher } from '../deliveries/publisher';
import type { StoredMp3 } from './hand-offs';
import type { Claims } from './job-claims';
import type { Step } from './step';

/** Says that the MP3 is ready: a message that a tutorial consumer can read, then the record. */
export function emitDone(
  publisher: Publisher,
  topology: Topology,
  claims: Pick<Claims, 'finish'>,
  timeoutMs: number,
): Step<StoredMp3, void> {
  return {
    name: 'emit-done',
    timeoutMs,
    async run({ jobId, username, videoFid, mp3Fid }) {
      const body: Mp3Message = {
        video_fid: videoFid.toHexString(),
        mp3_fid: mp3Fid.toHexString(),
        username,
        job_id: jobId,
      };
      await publisher.publish({
        queue: topology.queueNames.mp3,
        body,
        messageId: `ready.${mp3Fid.toHexString()}`,
        headers: { [headerNames.jobId]: jobId },
      });
      await claims.finish(jobId);
    },
  };
}
