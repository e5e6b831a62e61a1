import type { JobRecord } from '../../contracts/job';
import type { FieldChange } from '../audit-entry';
import type { DeadLetterRecord } from '../dead-letter';
import { EditFailed, type Editor } from '../edit/apply-edit';
import { checkMessage } from '../edit/check-message';
import { difference } from '../edit/difference';
import { editableMessage } from '../edit/editable-message';
import { jobIdOf } from '../filing/read-message';
import { letterBody } from '../letter-body';
import type { DeadLetterStores } from '../stores';
import type { PlannedLetter } from './plan';
import { notAMessage, planReplay } from './plan-replay';

export interface PlannedReplay extends PlannedLetter {
  readonly letter: DeadLetterRecord;
  readonly job: JobRecord | null;
}

/** Characters; the difference is part of an audit entry, which MongoDB allows 16 MB. */
const largestDifference = 1_000_000;

interface EditedLetter {
  readonly letter: DeadLetterRecord;
  readonly result: EditResult;
  /** The job that the message is about, on record or not. */
  readonly jobId: string | null;
}

/** Plans the replay of some letters, a batch at most: their bodies are in memory. */
export async function planReplays(
  stores: DeadLetterStores,
  letters: readonly DeadLetterRecord[],
  edit: Editor | null,
): Promise<PlannedReplay[]> {
  const jobs = await findJobs(
    stores,
    letters.map(({ jobId }) => jobId),
  );
  const edited: EditedLetter[] = [];
  for (const letter of letters) {
    const job = jobs.get(letter.jobId ?? '') ?? null;
    const result = await editLetter(stores, letter, job, edit);
    edited.push({ letter, result, jobId: job?._id ?? namedJob(letter, result) });
  }
  // A message that was mended may name a job that the broken one did not.
  const named = await findJobs(
    stores,
    edited.map(({ jobId }) => jobId),
  );
  return edited.map(({ letter, result, jobId }) => {
    const job = named.get(jobId ?? '') ?? null;
    if ('problem' in result) {
      return { letter, job, difference: [], plan: { kind: 'refused', problem: result.problem } };
    }
    const plan = planReplay(letter, result.body, result.changes, job);
    return { letter, job, difference: result.changes, plan };
  });
}

type EditResult =
  | { readonly body: Uint8Array; readonly changes: readonly FieldChange[] }
  | { readonly problem: string };

async function editLetter(
  stores: DeadLetterStores,
  letter: DeadLetterRecord,
  job: JobRecord | null,
  edit: Editor | null,
): Promise<EditResult> {
  // Known without reading it, however large it is.
  if (edit === null && letter.problem !== null) return { problem: notAMessage(letter.problem) };
  const body = await letterBody(stores, letter);
  if (edit === null) return { body, changes: [] };
  const message = editableMessage(letter, body, job);
  try {
    const edited = await edit(message);
    const changes = difference(message, edited);
    if (JSON.stringify(changes).length > largestDifference) {
      return { problem: 'the edit changes more than 1 MB, which the audit cannot keep' };
    }
    return changes.length === 0 && message !== null
      ? { body, changes }
      : { body: Buffer.from(JSON.stringify(edited)), changes };
  } catch (error) {
    if (error instanceof EditFailed) return { problem: error.message };
    // Of the stack: no letter may keep its order, and those after it, from going on.
    if (error instanceof RangeError) return { problem: 'it nests too deep to be edited' };
    throw error;
  }
}

function namedJob(letter: DeadLetterRecord, result: EditResult): string | null {
  if ('problem' in result) return null;
  const checked = checkMessage(letter.workQueue, result.body);
  return checked.kind === 'invalid' ? null : jobIdOf(letter.workQueue, checked.message);
}

async function findJobs(
  { jobs }: DeadLetterStores,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, JobRecord>> {
  const named = [...new Set(ids.filter((id) => id !== null))];
  const found = named.length === 0 ? [] : await jobs.find({ _id: { $in: named } }).toArray();
  return new Map(found.map((job) => [job._id, job]));
}
