import { z } from 'zod';
import { type Answer, type Body, request } from './request';

const jobSchema = z.object({
  id: z.string(),
  state: z.string(),
  attempts: z.number(),
  mp3: z.object({ fid: z.string(), bytes: z.number() }).nullable(),
});

export type ListenersJob = z.infer<typeof jobSchema>;

/** A listener's calls, each on a connection of its own and never tried again. */
export class Listener {
  readonly email: string;
  readonly #url: string;
  readonly #password: string;
  #token = '';

  constructor(url: string, email: string, password: string) {
    this.#url = url;
    this.email = email;
    this.#password = password;
  }

  async logIn(): Promise<Answer> {
    const credentials = Buffer.from(`${this.email}:${this.#password}`).toString('base64');
    const answer = await request(`${this.#url}/login`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
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
    });
  }

  show(id: string): Promise<Answer> {
    return request(`${this.#url}/jobs/${id}`, { headers: this.#authorization() });
  }

  download(id: string): Promise<Answer> {
    return request(`${this.#url}/jobs/${id}/mp3`, { headers: this.#authorization() });
  }

  #authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }
}

export function readJob({ body }: Answer): ListenersJob {
  return jobSchema.parse(JSON.parse(body.toString('utf8')));
}
