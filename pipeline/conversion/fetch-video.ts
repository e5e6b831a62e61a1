import type { GridFSBucket } from 'mongodb';
import { createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readGridFs } from '../../contracts/read-gridfs';
import type { Breaker } from '../../observability/breaker';
import { isFileMissing } from './file-missing';
import { defaultMediaLimits } from '../media/media-limits';
import { SourceRefused } from '../media/source-refused';
import type { ConversionJob, LocalVideo } from './hand-offs';
import type { Step } from './step';

/** Where the video is once it is whole; an earlier attempt may have left it there. */
export const localVideoPath = ({
  directory,
  videoFid,
}: Pick<ConversionJob, 'directory' | 'videoFid'>): string =>
  join(directory, `video-${videoFid.toHexString()}`);

/** Copies the video from GridFS to a local file. */
export function fetchVideo(
  videos: GridFSBucket,
  breaker: Breaker,
  timeoutMs: number,
): Step<ConversionJob, LocalVideo> {
  return {
    name: 'fetch-video',
    timeoutMs,
    async run(job, { signal, progress }) {
      const videoPath = localVideoPath(job);
      const partPath = `${videoPath}.part`;
      await breaker.run(async () => {
        const [file] = await videos.find({ _id: job.videoFid }).limit(1).toArray();
        if (file === undefined) {
          throw new SourceRefused('source-missing', `no file ${job.videoFid.toHexString()}`);
        }
        if (file.length === 0) throw new SourceRefused('empty-file', 'the file has 0 bytes');
        const left = await stat(videoPath).catch(() => undefined);
        if (left?.size === file.length) return job.reserve(mp3Bound(file.length));
        await job.reserve(file.length + mp3Bound(file.length));
        let bytes = 0;
        const counted = async function* (): AsyncGenerator<Buffer> {
          for await (const chunk of readGridFs(videos, file)) {
            bytes += chunk.length;
            progress((bytes / file.length) * 100);
            yield chunk;
          }
        };
        try {
          await pipeline(counted, createWriteStream(partPath), { signal });
        } catch (error) {
          // A chunk that is not there will not come back: the upload was never whole.
          if (isFileMissing(error)) throw new SourceRefused('source-missing', String(error));
          throw error;
        }
        // The driver takes missing last chunks for the end of the file.
        if (bytes !== file.length) {
          const held = `${bytes} of ${file.length} bytes are there`;
          throw new SourceRefused('source-missing', held);
        }
        await rename(partPath, videoPath);
      });
      return { job, videoPath };
    },
  };
}

/**
 * Bytes to keep free for the MP3. At 320 kbit/s it is at most twice as large as a source of
 * 160 kbit/s; what little a leaner source lacks, the next look at a full disk waits for.
 */
function mp3Bound(sourceBytes: number): number {
  const spare = 4 * 1024 * 1024;
  return Math.min(2 * sourceBytes + spare, defaultMediaLimits.maxOutputBytes);
}
