import type { SweptBucket } from './swept-bucket';

/** Fewer are what crashes leave, whatever share of a small bucket that is. */
const fewFiles = 20;

/** What a look at a bucket found before anything is removed. */
export interface Found {
  /** Files with our mark that are old enough to be swept. */
  readonly oldFiles: number;
  /** Those of them that no job on record needs. */
  readonly unusedFiles: number;
  /** Whether there is any job on record. */
  readonly anyJob: boolean;
}

/** Why a sweep left a bucket alone. */
export interface Withheld extends Found {
  readonly because: 'no-jobs' | 'too-many';
}

/**
 * Where job records were lost, or are those of another time, every file looks like one that nobody
 * needs, and a removed one cannot be brought back. So nothing goes while there is no record at all,
 * and never more than half of a bucket.
 *
 * @returns undefined for what crashes leave.
 */
export function brake(found: Found): Withheld | undefined {
  const { oldFiles, unusedFiles, anyJob } = found;
  if (unusedFiles === 0) return undefined;
  if (!anyJob) return { ...found, because: 'no-jobs' };
  const tooMany = unusedFiles > fewFiles && unusedFiles > oldFiles / 2;
  return tooMany ? { ...found, because: 'too-many' } : undefined;
}

/** What an operator needs to know and to do. */
export function explainWithheld(bucket: SweptBucket, withheld: Withheld): string {
  const { because, oldFiles, unusedFiles } = withheld;
  const problem = {
    'no-jobs': `there is no job on record at all, and ${unusedFiles} files of ours; expected the records of their jobs`,
    'too-many': `no job on record needs ${unusedFiles} of the ${oldFiles} files of ours that are old enough; expected at most half of them, or ${fewFiles}`,
  }[because];
  return (
    `nothing is removed from ${bucket}: ${problem}. Are the job records (collection jobs) lost, or ` +
    'restored without their newest part? Then restore them (docs/backup.md). If they are the right ' +
    'ones, start the relay once with SWEEP_REMOVES_MOST=true: its first sweep removes these files ' +
    'for good'
  );
}
