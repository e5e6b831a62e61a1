import type { DeadLetterStores } from '../stores';
import { letterBody } from '../letter-body';

/**
 * The bytes of a letter, as they came.
 *
 * @returns undefined for a letter that is not on file.
 */
export async function readBody(
  stores: DeadLetterStores,
  id: string,
): Promise<Uint8Array | undefined> {
  const letter = await stores.letters.findOne({ _id: id }, { projection: { body: 1 } });
  return letter === null ? undefined : letterBody(stores, letter);
}
