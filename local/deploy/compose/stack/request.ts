import { request as httpRequest, type RequestOptions } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface Body {
  readonly bytes: Buffer;
  /** Sent evenly over so many milliseconds; 0 sends it at once. */
  readonly overMs: number;
}

/** How one request ended. */
export interface Answer {
  /** Undefined when there was no whole answer; `problem` says why. */
  readonly status: number | undefined;
  readonly body: Buffer;
  readonly problem: string;
  readonly ms: number;
}

export interface Request {
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Of whoever waits for it; aborted, the request is given up. */
  readonly signal: AbortSignal;
}

const timeoutMs = 60_000;
const slices = 20;

/**
 * One request on a connection of its own, as `curl` makes it. Nothing is tried again, and whatever
 * happens is the answer.
 *
 * @throws the signal's reason, and nothing else
 */
export async function request(
  url: string,
  { method, headers, body, signal }: Request,
): Promise<Answer> {
  const begin = performance.now();
  const options: RequestOptions = {
    method: method ?? 'GET',
    agent: false,
    headers: { ...headers, ...(body && { 'content-length': body.bytes.length }) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  };
  try {
    const { status, bytes } = await new Promise<{ status: number | undefined; bytes: Buffer }>(
      (resolve, reject) => {
        const sent = httpRequest(url, options, (response) => {
          buffer(response).then((bytes) => {
            if (response.complete) resolve({ status: response.statusCode, bytes });
            else reject(new Error('the answer broke off'));
          }, reject);
        });
        sent.once('error', reject);
        if (body === undefined) sent.end();
        else send(sent, body, signal).catch(reject);
      },
    );
    return { status, body: bytes, problem: '', ms: performance.now() - begin };
  } catch (error) {
    signal.throwIfAborted();
    const problem = Error.isError(error) ? error.message : String(error);
    return { status: undefined, body: Buffer.alloc(0), problem, ms: performance.now() - begin };
  }
}

async function send(
  sent: {
    write(chunk: Buffer): boolean;
    end(chunk?: Buffer): unknown;
    readonly destroyed: boolean;
  },
  { bytes, overMs }: Body,
  signal: AbortSignal,
): Promise<void> {
  if (overMs === 0) {
    sent.end(bytes);
    return;
  }
  const size = Math.ceil(bytes.length / slices);
  for (let offset = 0; offset < bytes.length; offset += size) {
    if (sent.destroyed) return;
    sent.write(bytes.subarray(offset, offset + size));
    await delay(overMs / slices, undefined, { signal });
  }
  sent.end();
}
