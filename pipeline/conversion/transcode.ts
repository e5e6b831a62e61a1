import { join, parse } from 'node:path';
import { transcode as transcodeFile } from '../media/transcode';
import type { MediaLimits } from '../media/media-limits';
import type { LocalMp3, LocalVideo } from './hand-offs';
import { leftMp3, noteMp3 } from './left-mp3';
import type { Step } from './step';

/** Makes the MP3 and proves it whole: nothing after this step doubts the file. */
export function transcode(limits: MediaLimits, timeoutMs: number): Step<LocalVideo, LocalMp3> {
  return {
    name: 'transcode',
    timeoutMs,
    async run({ job, videoPath }, { signal, progress }) {
      const mp3Path = join(job.directory, 'audio.mp3');
      const left = await leftMp3(mp3Path, job);
      if (left !== undefined) return { job, mp3Path, ...left, times: undefined };
      const { bytes, durationMs, samples, times } = await transcodeFile({
        sourcePath: videoPath,
        outputPath: mp3Path,
        options: job.options,
        ...(job.sourceName === null ? {} : { tagsFallback: { title: parse(job.sourceName).name } }),
        limits,
        signal,
        onProgress: progress,
      });
      await noteMp3(mp3Path, job, { bytes, durationMs, samples });
      return { job, mp3Path, bytes, durationMs, times };
    },
  };
}
