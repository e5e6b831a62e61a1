import type { Logger } from '../../observability/logger';
import { recordLog } from '../../observability/record-log';
import { codeOf } from '../deliveries/failure';
import type { Outcome } from '../deliveries/outcome';
import type { AttemptDirectory } from './attempt-directory';
import { concludeAttempt, endOfAttempt } from './conclude-attempt';
import { convertVideo } from './convert-video';
import type { ConverterDeps } from './converter-deps';
import { countEncode } from './count-encode';
import { factsOfAttempt } from './facts-of-attempt';
import type { ConversionJob, StoredMp3 } from './hand-offs';
import type { ClaimedJob } from './job-claims';
import { attemptDirectoryName } from './leftover-directories';
import { renewClaim } from './renew-claim';
import { StepFailure } from './run-step';
import { NoRoom } from './work-disk';

/** Log lines of an attempt that are kept with its failure. */
const recordedLines = 50;

/** One attempt: a directory of its own, a claim that stays alive, the four steps, the outcome. */
export async function runAttempt(
  claimed: ClaimedJob,
  deps: ConverterDeps,
  stopping: AbortSignal,
  parentLog: Logger,
): Promise<Outcome> {
  const recorded = recordLog(parentLog, recordedLines);
  const { log } = recorded;
  const { claims, metrics, steps } = deps;
  const directory = deps.disk.directory(attemptDirectoryName(claimed._id, claimed.claim.token));
  const job = conversionJob(claimed, directory);
  log.info({ attempt: claimed.attempts }, 'attempt started');
  const renewal = renewClaim(claims, job, deps.renewEveryMs, log);
  let videoPath: string | undefined;
  let keep = false;
  try {
    await directory.create((claimed.replays ?? 0) > 0 ? claimed._id : undefined);
    const stored = await convertVideo(job, storedMp3(claimed), steps, {
      signal: AbortSignal.any([renewal.lost, stopping]),
      log,
      metrics,
      onProgress: renewal.onProgress,
      onFetched(path) {
        videoPath = path;
      },
      onTranscoded(mp3) {
        countEncode(mp3, metrics);
      },
    });
    metrics.count('audio_seconds_total', {}, stored.durationMs / 1_000);
    return { kind: 'completed' };
  } catch (error) {
    if (isDiskFull(error)) directory.foundFull();
    const end = endOfAttempt(claimed, error, deps.maxAttempts);
    const sourceFacts = await factsOfAttempt(end.outcome, videoPath, deps, stopping, log);
    await renewal.stop();
    const outcome = await concludeAttempt(claimed, end, { recorded, sourceFacts }, deps);
    // With its MP3 on record a replay announces it, and looks at no file here.
    keep = outcome.kind === 'dead-letter' && end.step !== 'emit-done';
    return outcome;
  } finally {
    await renewal.stop();
    if (keep) await keepDirectory(directory, claimed._id, log);
    else await removeDirectory(directory, log);
  }
}

/** For the job's replay, which goes on from there on this machine. */
async function keepDirectory(
  directory: AttemptDirectory,
  jobId: string,
  log: Logger,
): Promise<void> {
  try {
    await directory.keep(jobId);
  } catch (error) {
    log.warn({ err: error, jobId }, 'the work of the dead job is not kept; a replay begins anew');
    await removeDirectory(directory, log);
  }
}

/** What is left on the disk must not change what the attempt came to. */
async function removeDirectory(directory: AttemptDirectory, log: Logger): Promise<void> {
  try {
    await directory.remove();
  } catch (error) {
    log.warn({ err: error, directory: directory.path }, 'directory of the attempt not removed');
  }
}

function conversionJob(job: ClaimedJob, directory: AttemptDirectory): ConversionJob {
  return {
    id: job._id,
    claimToken: job.claim.token,
    username: job.owner.address,
    videoFid: job.source.fid,
    sourceName: job.source.name,
    options: job.options,
    ...told(job),
    directory: directory.path,
    reserve: (bytes) => directory.reserve(bytes),
  };
}

/** What an earlier attempt committed before it died. */
function storedMp3(job: ClaimedJob): StoredMp3 | null {
  const { _id, owner, source, mp3 } = job;
  if (mp3 === null) return null;
  return {
    jobId: _id,
    username: owner.address,
    videoFid: source.fid,
    mp3Fid: mp3.fid,
    durationMs: mp3.durationMs,
    ...told(job),
  };
}

/** What the news say besides how it ended. Records of version 0.1 have none of it. */
function told({ replays = 0, traceId = null, traceparent = null }: ClaimedJob) {
  return { replays, traceId, traceparent };
}

/** `ENOSPC` of the file system or of ffmpeg, not a reservation that was refused. */
function isDiskFull(error: unknown): boolean {
  const cause = error instanceof StepFailure ? error.cause : error;
  return codeOf(cause) === 'ENOSPC' && !(cause instanceof NoRoom);
}
