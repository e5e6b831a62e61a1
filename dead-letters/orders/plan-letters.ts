import type { JobRecord } from '../../contracts/job';
import type { DeadLetterRecord } from '../dead-letter';
import type { Editor } from '../edit/apply-edit';
import type { DeadLetterStores } from '../stores';
import { editedMessage, jobNamedIn, type EditedMessage } from './edited-message';
import type { PlannedLetter } from './plan';
import { planReplay } from './plan-replay';

export interface PlannedReplay extends PlannedLetter {
  readonly letter: DeadLetterRecord;
  /** Without the logs of its failures. */
  readonly job: JobRecord | null;
}

interface EditedLetter {
  readonly letter: DeadLetterRecord;
  readonly edited: EditedMessage;
  /** The job that the message is about, on record or not. */
  readonly jobId: string | null;
}

/** Plans the replay of some letters, a batch at most ({@link inBatches}): their bodies are in memory. */
export async function planReplays(
  stores: DeadLetterStores,
  letters: readonly DeadLetterRecord[],
  edit: Editor | null,
): Promise<PlannedReplay[]> {
  const jobs = new Jobs(stores);
  await jobs.find(letters.map(({ jobId }) => jobId));
  const all: EditedLetter[] = [];
  for (const letter of letters) {
    const job = jobs.get(letter.jobId);
    const edited = await editedMessage(stores, letter, job, edit);
    all.push({ letter, edited, jobId: job?._id ?? jobNamedIn(letter, edited) });
  }
  // A message that was mended may name a job that the broken one did not.
  await jobs.find(all.map(({ jobId }) => jobId));
  return all.map(({ letter, edited, jobId }) => {
    const job = jobs.get(jobId);
    if ('problem' in edited) {
      return { letter, job, difference: [], plan: { kind: 'refused', problem: edited.problem } };
    }
    const plan = planReplay(letter, edited.body, edited.changes, job);
    return { letter, job, difference: edited.changes, plan };
  });
}

/** Records of jobs, each asked for once. */
class Jobs {
  /** Null for one that is not on record. */
  readonly #asked = new Map<string, JobRecord | null>();

  constructor(private readonly stores: Pick<DeadLetterStores, 'jobs'>) {}

  get(id: string | null): JobRecord | null {
    return id === null ? null : (this.#asked.get(id) ?? null);
  }

  async find(ids: readonly (string | null)[]): Promise<void> {
    const named = new Set(ids.filter((id) => id !== null));
    const unknown = [...named].filter((id) => !this.#asked.has(id));
    if (unknown.length === 0) return;
    for (const id of unknown) this.#asked.set(id, null);
    const found = this.stores.jobs
      .find({ _id: { $in: unknown } })
      // Of 200 failures these may be 3 MB.
      .project<JobRecord>({ 'failures.log': 0 });
    for await (const job of found) this.#asked.set(job._id, job);
  }
}
