import type { ConversionSteps } from '../../pipeline/conversion/convert-video';
import { around } from './around';
import type { Stops } from './stops';

/** The boundaries before and after each step. */
export function holdSteps(stops: Stops, steps: ConversionSteps): ConversionSteps {
  around(steps.fetchVideo, 'run', async (run, job) => {
    await stops.at('before fetch-video', job.id);
    const video = await run();
    await stops.at('after fetch-video', job.id);
    return video;
  });
  around(steps.transcode, 'run', async (run, { job }) => {
    await stops.at('before transcode', job.id);
    const mp3 = await run();
    await stops.at('after transcode', job.id);
    return mp3;
  });
  around(steps.storeMp3, 'run', async (run, { job }) => {
    await stops.at('before store-mp3', job.id);
    const stored = await run();
    await stops.at('after store-mp3', job.id);
    return stored;
  });
  around(steps.emitDone, 'run', async (run, { jobId }) => {
    await stops.at('before emit-done', jobId);
    await run();
    await stops.at('after emit-done', jobId);
  });
  return steps;
}
