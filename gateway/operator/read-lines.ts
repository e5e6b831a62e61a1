import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { splitLines } from '../../dead-letters/transfer/split-lines';
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

/**
 * The lines of a body as they come, without their ends; memory holds one of them.
 *
 * @throws Refusal `body-too-large`, `line-too-long` or `body-idle`; ClientGone when the body breaks off, so that
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
    yield* splitLines(atMost(body, limits.bytes), limits.lineBytes, lineTooLong);
  } finally {
    standstill.stop();
    request.off('close', gone);
    request.unpipe(body);
    body.destroy();
  }
}

async function* atMost(body: AsyncIterable<Uint8Array>, limitBytes: number) {
  let total = 0;
  for await (const piece of body) {
    total += piece.length;
    if (total > limitBytes) throw new Refusal({ kind: 'body-too-large', limitBytes });
    yield piece;
  }
}

const lineTooLong = (limitBytes: number) => new Refusal({ kind: 'line-too-long', limitBytes });
