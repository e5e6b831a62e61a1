import { ObjectId } from 'mongodb';
import type { DeadLetterStores } from '../stores';
import type { Imported } from '../views';
import { fileLines, type Importer } from './file-lines';
import { InvalidImport } from './invalid-import';
import type { LetterLine } from './letter-line';
import { readLetterLine } from './read-letter-line';

/** A batch is filed when it holds so many bytes of bodies, or so many letters. */
const batchBytes = 8 * 1024 * 1024;
const batchLetters = 200;

/**
 * Files letters of an export that are not on file, as `open`: whatever became of them elsewhere,
 * here nothing was done about them yet. Those on file stay as they are. Memory holds one batch and
 * one line. It may be done again: what was filed is known then.
 *
 * @param lines Without their ends; empty ones are skipped.
 * @throws InvalidImport naming the line; or the error of MongoDB, or of whoever reads the lines.
 */
export async function importLetters(
  stores: DeadLetterStores,
  lines: AsyncIterable<string>,
  by: { readonly actor: string; readonly reason: string },
): Promise<Imported> {
  const importer: Importer = { ...by, order: new ObjectId().toHexString() };
  let batch: LetterLine[] = [];
  let bytes = 0;
  let filed = 0;
  let known = 0;
  const fileBatch = async () => {
    const count = await fileLines(stores, batch, importer);
    filed += count;
    known += batch.length - count;
    batch = [];
    bytes = 0;
  };
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    const read = readLetterLine(text);
    if (read.kind === 'invalid') {
      await fileBatch();
      throw new InvalidImport(number, filed, read.problem);
    }
    const { line } = read;
    batch.push(line);
    bytes += line.body_base64.length;
    if (bytes >= batchBytes || batch.length >= batchLetters) await fileBatch();
  }
  await fileBatch();
  return { order: importer.order, filed, known };
}
