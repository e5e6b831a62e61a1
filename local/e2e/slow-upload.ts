import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Listener } from './listener';

/** An upload that is under way, half of its body sent. */
export interface SlowUpload {
  /** Sends the rest. @returns the job's id */
  finish(): Promise<string>;
}

/** Begins an upload and resolves once the gateway has said that it wants the body. */
export async function beginUpload(
  url: string,
  { token }: Listener,
  content: Buffer,
): Promise<SlowUpload> {
  const boundary = 'slow-upload';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="slow.mp4"\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const sending = request(`${url}/upload`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': body.length,
      expect: '100-continue',
    },
  });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  answered.catch(() => undefined); // Whoever finishes it sees the same error.
  sending.flushHeaders();
  await Promise.race([once(sending, 'continue'), answered]);
  const half = Math.floor(body.length / 2);
  sending.write(body.subarray(0, half));
  return {
    async finish() {
      sending.end(body.subarray(half));
      const [response] = await answered;
      const answer = await text(response);
      if (response.statusCode !== 200) {
        throw new Error(`slow upload: ${response.statusCode} ${answer}`);
      }
      return (response.headers.location ?? '').slice('/jobs/'.length);
    },
  };
}
