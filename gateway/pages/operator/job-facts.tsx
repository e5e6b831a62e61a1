import type { LetterDetail } from '../../../dead-letters/views';
import { FactList } from './fact-list';

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const timeOf = (time: string | null) => (time === null ? null : exact.format(new Date(time)));

/** The record of the conversion that the message is about. */
export function JobFacts({ job }: { readonly job: LetterDetail['job_record'] }) {
  return (
    <FactList
      name="Job"
      facts={
        job && {
          ...job,
          created_at: timeOf(job.created_at),
          finished_at: timeOf(job.finished_at),
          source_bytes: job.source_bytes?.toLocaleString('en') ?? null,
        }
      }
      missing="There is no record of a job for this message."
    />
  );
}
