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
import { notAMessage } from './plan-replay';

/** A letter's message as it would be put back. */
export type EditedMessage =
  | { readonly body: Uint8Array; readonly changes: readonly FieldChange[] }
  | { readonly problem: string };

/** Characters; the difference is part of an audit entry, which MongoDB allows 16 MB. */
const largestDifference = 1_000_000;

/**
 * The message of a letter, edited or as it came.
 *
 * @param job On record for the message as it came; null when there is none.
 */
export async function editedMessage(
  stores: DeadLetterStores,
  letter: DeadLetterRecord,
  job: JobRecord | null,
  edit: Editor | null,
): Promise<EditedMessage> {
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
    if (error instanceof EditFailed && !error.hopeless) return { problem: error.message };
    // Of the stack: no letter may keep its order, and those after it, from going on.
    if (error instanceof RangeError) return { problem: 'it nests too deep to be edited' };
    throw error;
  }
}

/** The job that a message names, on record or not. */
export function jobNamedIn(
  { workQueue }: Pick<DeadLetterRecord, 'workQueue'>,
  edited: EditedMessage,
): string | null {
  if ('problem' in edited) return null;
  const checked = checkMessage(workQueue, edited.body);
  return checked.kind === 'invalid' ? null : jobIdOf(workQueue, checked.message);
}
