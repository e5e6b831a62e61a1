import type { Evidence, JobFacts, Mp3File } from './evidence';
import { jobOf, mp3Of } from './judge-mails';
import type { Accepted } from './uploader';
import { violation, type Violation } from './violation';

/** The MP3 of an accepted job is whole, and of the video that was uploaded. */
export function judgeMp3(
  { jobId, clip, fileName }: Accepted,
  jobs: ReadonlyMap<string, JobFacts>,
  files: ReadonlyMap<string, Mp3File>,
  { expected }: Evidence,
): Violation[] {
  const file = files.get(jobs.get(jobId)?.mp3Fid ?? '');
  const wanted = expected[clip];
  if (file === undefined || wanted?.kind !== 'mp3') return [];
  const title = fileName.slice(0, fileName.lastIndexOf('.'));
  const wrong = (text: string) => [violation('wrong MP3', jobId, `MP3 ${file.fid}: ${text}`)];
  if (file.problem !== null) return wrong(file.problem);
  if (file.jobId !== jobId) return wrong(`it is marked as one of job ${file.jobId ?? 'nobody'}`);
  if (file.title !== title) return wrong(`it is of "${file.title}" and not of "${title}"`);
  if (file.samples !== wanted.samples || file.sampleRate !== wanted.sampleRate) {
    return wrong(
      `${file.samples} samples at ${file.sampleRate} Hz, expected ${wanted.samples} at ${wanted.sampleRate} Hz`,
    );
  }
  return [];
}

/**
 * Every MP3 beyond the first of a job: a file, or one that a mail tells of. A second file that was
 * announced may be swept by now, because the record points to another.
 */
export function judgeDuplicates(evidence: Evidence): Violation[] {
  const byJob = new Map<string, Set<string>>();
  const add = (jobId: string | null, fid: string | null) => {
    if (jobId === null || fid === null) return;
    byJob.set(jobId, (byJob.get(jobId) ?? new Set()).add(fid));
  };
  for (const { jobId, fid } of evidence.mp3s) add(jobId, fid);
  for (const mail of evidence.mails) add(jobOf(mail.messageId, [mail], evidence), mp3Of(mail));
  return [...byJob].flatMap(([jobId, fids]) => {
    const [first, ...others] = fids;
    return others.map((fid) => violation('duplicate MP3', jobId, `MP3 ${fid} besides ${first}`));
  });
}
