import { CommandProblem } from '../problem';

const newline = 0x0a;

/** A message of 128 MiB, RabbitMQ's own limit, as base64 with its headers. */
const mostLineBytes = 192 * 1024 ** 2;

/**
 * The lines of a file as they come; memory holds one. Not Node's readline: that breaks lines at
 * U+2028 too, which JSON leaves in its texts (RFC 8259, section 7).
 *
 * @throws CommandProblem when a line has no end for too long.
 */
export async function* splitLines(
  pieces: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const given of pieces) {
    const piece = Buffer.from(given);
    let start = 0;
    for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, start)) {
      yield Buffer.concat([...begun, piece.subarray(start, end)]).toString();
      begun = [];
      begunBytes = 0;
      start = end + 1;
    }
    if (start === piece.length) continue;
    begun.push(piece.subarray(start));
    begunBytes += piece.length - start;
    if (begunBytes > mostLineBytes) {
      throw new CommandProblem(
        `a line is longer than ${mostLineBytes} bytes; expected one dead letter a line`,
      );
    }
  }
  if (begunBytes > 0) yield Buffer.concat(begun).toString();
}
