import type { Evidence, JobFacts, Mp3File } from './evidence';
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

/** Every file beyond the first of a job. */
export function judgeDuplicates(mp3s: readonly Mp3File[]): Violation[] {
  const seen = new Map<string, string>();
  return mp3s.flatMap(({ fid, jobId }) => {
    if (jobId === null) return [];
    const first = seen.get(jobId);
    seen.set(jobId, first ?? fid);
    if (first === undefined) return [];
    return [violation('duplicate MP3', jobId, `MP3 ${fid} besides ${first}`)];
  });
}
