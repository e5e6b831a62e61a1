import { ObjectId, type GridFSBucket } from 'mongodb';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileMark } from '../../contracts/gridfs';
import type { Breaker } from '../../observability/breaker';
import { ClaimLost } from '../deliveries/failure';
import type { LocalMp3, StoredMp3 } from './hand-offs';
import type { Claims } from './job-claims';
import type { Step } from './step';

/**
 * Stores the MP3 as a fresh file of this attempt, then lets one conditional update decide whether
 * it counts (GridFS has no transactions). Whoever has lost the claim takes its file away again.
 */
export function storeMp3(
  mp3s: GridFSBucket,
  breaker: Breaker,
  claims: Pick<Claims, 'commit'>,
  timeoutMs: number,
): Step<LocalMp3, StoredMp3> {
  return {
    name: 'store-mp3',
    timeoutMs,
    async run({ job, mp3Path, bytes, durationMs }, { signal, progress }) {
      // Fresh for each attempt, and known from its claim: an unfinished file has an owner.
      const mp3Fid = new ObjectId(job.claimToken);
      await breaker.run(async () => {
        const upload = mp3s.openUploadStreamWithId(mp3Fid, `${job.id}.mp3`, {
          metadata: fileMark(job.id, job.claimToken),
        });
        let stored = 0;
        const file = createReadStream(mp3Path);
        file.on('data', (chunk) => {
          stored += chunk.length;
          progress((stored / bytes) * 100);
        });
        try {
          // Resolves after the last chunk and the files entry are acknowledged.
          await pipeline(file, upload, { signal });
        } catch (error) {
          // Best effort: what a dead server keeps is swept by its mark.
          await upload.abort().catch(() => undefined);
          throw error;
        }
      });
      try {
        await claims.commit(job, { fid: mp3Fid, bytes, durationMs });
      } catch (error) {
        // Only a lost claim says for sure that the record does not point to this file.
        if (error instanceof ClaimLost) await mp3s.delete(mp3Fid).catch(() => undefined);
        throw error;
      }
      const { id: jobId, username, videoFid, replays, traceId, traceparent } = job;
      const about = { replays, traceId, traceparent };
      return { jobId, username, videoFid, mp3Fid, durationMs, ...about };
    },
  };
}
