import { z } from 'zod';
import { type Answer, type Body, request } from './request';

const jobSchema = z.object({
  id: z.string(),
  state: z.string(),
  attempts: z.number(),
  mp3: z.object({ fid: z.string(), bytes: z.number() }).nullable(),
});

export type ListenersJob = z.infer<typeof jobSchema>;

/**
 * A listener's calls, each on a connection of its own and never tried again: what one meets is what
 * the product did. They are given up when the signal is aborted.
 */
export class OneShotListener {
  readonly email: string;
  readonly #url: string;
  readonly #password: string;
  readonly #signal: AbortSignal;
  #token = '';

  constructor(url: string, email: string, password: string, signal: AbortSignal) {
    this.#url = url;
    this.email = email;
    this.#password = password;
    this.#signal = signal;
  }

  async logIn(): Promise<Answer> {
    const credentials = Buffer.from(`${this.email}:${this.#password}`).toString('base64');
    const answer = await request(`${this.#url}/login`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      signal: this.#signal,
    });
    if (answer.status === 200) this.#token = answer.body.toString('utf8');
    return answer;
  }

  /** @param paced sends it slowly, in so many milliseconds */
  upload(name: string, video: Buffer, paced = 0): Promise<Answer> {
    const boundary = `----video-to-mp3-${crypto.randomUUID()}`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: video/mp4\r\n\r\n`;
    const bytes = Buffer.concat([Buffer.from(head), video, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const body: Body = { bytes, overMs: paced };
    return request(`${this.#url}/upload`, {
      method: 'POST',
      headers: {
        ...this.#authorization(),
        accept: 'application/json',
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      body,
      signal: this.#signal,
    });
  }

  show(id: string): Promise<Answer> {
    return this.#get(`/jobs/${id}`);
  }

  download(id: string): Promise<Answer> {
    return this.#get(`/jobs/${id}/mp3`);
  }

  #get(path: string): Promise<Answer> {
    return request(`${this.#url}${path}`, {
      headers: this.#authorization(),
      signal: this.#signal,
    });
  }

  #authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }
}

/** @throws Error when the answer's body is no job */
export function readJob({ body }: Answer): ListenersJob {
  return jobSchema.parse(JSON.parse(body.toString('utf8')));
}
