import type { ConversionJob, LocalMp3, LocalVideo, StoredMp3 } from './hand-offs';
import { runStep, type AttemptContext } from './run-step';
import type { Step } from './step';

export interface ConversionSteps {
  readonly fetchVideo: Step<ConversionJob, LocalVideo>;
  readonly transcode: Step<LocalVideo, LocalMp3>;
  readonly storeMp3: Step<LocalMp3, StoredMp3>;
  readonly emitDone: Step<StoredMp3, void>;
}

/**
 * The conversion, start to end. One delivery runs all four steps in one process, because the
 * hand-over is a local seekable file.
 *
 * @param stored What an earlier attempt has stored already: then only the news is missing.
 * @throws StepFailure
 */
export async function convertVideo(
  job: ConversionJob,
  stored: StoredMp3 | null,
  steps: ConversionSteps,
  attempt: AttemptContext,
): Promise<StoredMp3> {
  if (stored === null) {
    const video = await runStep(steps.fetchVideo, job, attempt);
    attempt.onFetched?.(video.videoPath);
    const mp3 = await runStep(steps.transcode, video, attempt);
    attempt.onTranscoded?.(mp3);
    stored = await runStep(steps.storeMp3, mp3, attempt);
  }
  await runStep(steps.emitDone, stored, attempt);
  return stored;
}
