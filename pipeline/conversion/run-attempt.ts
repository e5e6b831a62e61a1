import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../observability/logger';
import type { Outcome } from '../deliveries/outcome';
import { concludeAttempt } from './conclude-attempt';
import { convertVideo } from './convert-video';
import type { ConverterDeps } from './converter-deps';
import type { ConversionJob, StoredMp3 } from './hand-offs';
import type { ClaimedJob } from './job-claims';
import { renewClaim } from './renew-claim';

/** One attempt: a directory of its own, a claim that stays alive, the four steps, the outcome. */
export async function runAttempt(
  claimed: ClaimedJob,
  deps: ConverterDeps,
  stopping: AbortSignal,
  log: Logger,
): Promise<Outcome> {
  const { claims, metrics, steps } = deps;
  const directory = join(deps.workDirectory, `${claimed._id}-${claimed.claim.token}`);
  const job = conversionJob(claimed, directory);
  log.info({ attempt: claimed.attempts }, 'attempt started');
  const renewal = renewClaim(claims, job, deps.renewEveryMs, log);
  try {
    await mkdir(directory, { recursive: true });
    const stored = await convertVideo(job, storedMp3(claimed), steps, {
      signal: AbortSignal.any([renewal.lost, stopping]),
      log,
      metrics,
      onProgress: renewal.onProgress,
    });
    metrics.count('audio_seconds_total', {}, stored.durationMs / 1_000);
    return { kind: 'completed' };
  } catch (error) {
    await renewal.stop();
    return await concludeAttempt(claimed, error, deps, log);
  } finally {
    await renewal.stop();
    await removeDirectory(directory, log);
  }
}

/** What is left on the disk must not change what the attempt came to. */
async function removeDirectory(directory: string, log: Logger): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch (error) {
    log.warn({ err: error, directory }, 'directory of the attempt not removed');
  }
}

function conversionJob(job: ClaimedJob, directory: string): ConversionJob {
  return {
    id: job._id,
    claimToken: job.claim.token,
    username: job.owner.address,
    videoFid: job.source.fid,
    sourceName: job.source.name,
    options: job.options,
    directory,
  };
}

/** What an earlier attempt committed before it died. */
function storedMp3({ _id, owner, source, mp3 }: ClaimedJob): StoredMp3 | null {
  if (mp3 === null) return null;
  return {
    jobId: _id,
    username: owner.address,
    videoFid: source.fid,
    mp3Fid: mp3.fid,
    durationMs: mp3.durationMs,
  };
}
