/** Letters worked on at a time: few turns for many small ones, and large ones do not fill the memory. */
export const letterBatch = { letters: 250, bodyBytes: 8 * 1024 * 1024 };

/**
 * Cuts letters into batches of at most 250, whose bodies together have at most 8 MiB; a larger body
 * is a batch by itself.
 */
export async function* inBatches<Letter extends { readonly bodyBytes: number }>(
  letters: Iterable<Letter> | AsyncIterable<Letter>,
): AsyncGenerator<Letter[]> {
  let batch: Letter[] = [];
  let bytes = 0;
  for await (const letter of letters) {
    const full =
      batch.length === letterBatch.letters || bytes + letter.bodyBytes > letterBatch.bodyBytes;
    if (full && batch.length > 0) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(letter);
    bytes += letter.bodyBytes;
  }
  if (batch.length > 0) yield batch;
}
