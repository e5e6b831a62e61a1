const newline = 0x0a;

/** A message of 128 MiB, RabbitMQ's own limit, as base64 with its headers. */
export const mostLineBytes = 192 * 1024 ** 2;

/**
 * The lines of a file as they come, without their ends; memory holds one. Not Node's readline: that
 * breaks lines at U+2028 too, which JSON leaves in its texts (RFC 8259, section 7).
 *
 * @param maxLineBytes Of a line, without its end.
 * @param tooLong What is thrown for a longer one.
 */
export async function* splitLines(
  pieces: AsyncIterable<Uint8Array | string>,
  maxLineBytes: number,
  tooLong: (limitBytes: number) => Error,
): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  const add = (piece: Buffer) => {
    begunBytes += piece.length;
    if (begunBytes > maxLineBytes) throw tooLong(maxLineBytes);
    begun.push(piece);
  };
  const take = (): string => {
    const line = Buffer.concat(begun).toString();
    begun = [];
    begunBytes = 0;
    return line;
  };
  for await (const given of pieces) {
    const piece = Buffer.from(given);
    let start = 0;
    for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, start)) {
      add(piece.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < piece.length) add(piece.subarray(start));
  }
  if (begunBytes > 0) yield take();
}
