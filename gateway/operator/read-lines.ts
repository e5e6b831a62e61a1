import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { ClientGone } from '../client-gone';
import { Refusal } from '../errors';
import { watchForStandstill } from '../standstill';

export interface LineLimits {
  /** Of the whole body. */
  readonly bytes: number;
  readonly lineBytes: number;
  /** How long the client may send nothing while we are ready to read. */
  readonly idleMs: number;
}

const newline = 0x0a;

/**
 * The lines of a body as they come, without their ends; memory holds one of them.
 *
 * @throws Refusal `body-too-large` or `body-idle`; ClientGone when the body breaks off, so that
 * half a line is never taken for one.
 */
export async function* readLines(
  request: IncomingMessage,
  limits: LineLimits,
): AsyncGenerator<string> {
  // The request itself flows into it: a request that is iterated over counts as standing still.
  const body = new PassThrough();
  const standstill = watchForStandstill(request, limits.idleMs, () => {
    body.destroy(new Refusal({ kind: 'body-idle', idleMs: limits.idleMs }));
  });
  const gone = () => {
    if (!request.readableEnded) body.destroy(new ClientGone());
  };
  body.on('error', () => undefined); // The loop below throws it.
  request.on('error', () => undefined); // Followed by `close`.
  request.on('close', gone);
  request.pipe(body);
  if (request.destroyed) gone();
  try {
    yield* splitLines(body, limits);
  } finally {
    standstill.stop();
    request.off('close', gone);
    request.unpipe(body);
    body.destroy();
  }
}

async function* splitLines(
  body: AsyncIterable<Uint8Array>,
  { bytes: maxBytes, lineBytes: maxLineBytes }: LineLimits,
): AsyncGenerator<string> {
  let total = 0;
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  for await (const piece of body) {
    total += piece.length;
    if (total > maxBytes) throw new Refusal({ kind: 'body-too-large', limitBytes: maxBytes });
    let start = 0;
    for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, start)) {
      yield Buffer.concat([...begun, piece.subarray(start, end)]).toString();
      begun = [];
      begunBytes = 0;
      start = end + 1;
    }
    begun.push(piece.subarray(start));
    begunBytes += piece.length - start;
    if (begunBytes > maxLineBytes) {
      throw new Refusal({ kind: 'line-too-long', limitBytes: maxLineBytes });
    }
  }
  if (begunBytes > 0) yield Buffer.concat(begun).toString();
}
