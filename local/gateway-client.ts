import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { request } from 'node:http';
import { basename } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { StackError } from './stack-error';

const jobSchema = z.object({
  id: z.string(),
  state: z.string(),
  step: z.string().nullable(),
  percent: z.number(),
  mp3: z.object({ fid: z.string(), bytes: z.number(), duration_ms: z.number() }).nullable(),
  failure: z.object({ reason: z.string(), message: z.string() }).nullable(),
  attempts: z.number().optional(),
});

export type Job = z.infer<typeof jobSchema>;

/** What the demo asks of the gateway, as any client over HTTP would. */
export class GatewayClient {
  readonly #url: string;
  readonly #signal: AbortSignal;
  #token = '';

  /** @param url ends without a slash */
  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  /** @returns whether user and password are right */
  async logIn(user: string, password: string): Promise<boolean> {
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    const response = await this.#fetch('/login', `Basic ${credentials}`, 'POST');
    const answer = await response.text();
    if (response.status === 401) return false;
    if (!response.ok) throw failed('POST /login', response.status, answer);
    this.#token = answer;
    return true;
  }

  /** Streams a file from disk as the only part of a form (RFC 7578); memory does not grow. */
  async upload(path: string, progress: (sentBytes: number) => void): Promise<Job> {
    const boundary = `video-to-mp3-${crypto.randomUUID()}`;
    const name = basename(path).replace(/["\r\n]/g, (c) => encodeURIComponent(c));
    const head = Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    );
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    let sentBytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sentBytes += chunk.length;
        progress(sentBytes);
        done(null, chunk);
      },
    });
    const { response, body } = await new Promise<{ response: number; body: Promise<string> }>(
      (resolve, reject) => {
        const upload = request(`${this.#url}/upload`, {
          method: 'POST',
          signal: this.#signal,
          headers: {
            authorization: `Bearer ${this.#token}`,
            accept: 'application/json',
            'content-type': `multipart/form-data; boundary=${boundary}`,
            'content-length': head.length + statSync(path).size + tail.length,
          },
        });
        upload.once('response', (message) => {
          resolve({ response: message.statusCode ?? 0, body: text(message) });
        });
        upload.once('error', reject);
        const form = Readable.from(parts(head, createReadStream(path).pipe(count), tail));
        pipeline(form, upload).catch(reject);
      },
    );
    if (response !== 200) throw failed('POST /upload', response, await body);
    return jobSchema.parse(JSON.parse(await body));
  }

  async job(id: string): Promise<Job> {
    const response = await this.#fetch(`/jobs/${id}`);
    const answer = await response.text();
    if (!response.ok) throw failed(`GET /jobs/${id}`, response.status, answer);
    return jobSchema.parse(JSON.parse(answer));
  }

  /** Streams an MP3 into a file. */
  async download(fid: string, path: string): Promise<void> {
    const response = await this.#fetch(`/download?fid=${fid}`);
    if (!response.ok || response.body === null) {
      throw failed(`GET /download?fid=${fid}`, response.status, await response.text());
    }
    await pipeline(response.body, createWriteStream(path, { mode: 0o600 }));
  }

  #fetch(
    path: string,
    authorization = `Bearer ${this.#token}`,
    method: 'GET' | 'POST' = 'GET',
  ): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization, accept: '*/*' },
      signal: this.#signal,
    });
  }
}

async function* parts(head: Buffer, file: AsyncIterable<Buffer>, tail: Buffer) {
  yield head;
  yield* file;
  yield tail;
}

function failed(call: string, status: number, answer: string): StackError {
  return new StackError(`${call} answered ${status}: ${answer.trim()}`);
}
