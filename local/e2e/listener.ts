import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { eventually } from '../test-broker';

const jobSchema = z.object({
  id: z.string(),
  state: z.string(),
  source: z.object({ name: z.string().nullable(), bytes: z.number().nullable() }),
  mp3: z.object({ fid: z.string(), bytes: z.number(), duration_ms: z.number() }).nullable(),
  failure: z.object({ reason: z.string(), message: z.string() }).nullable(),
  attempts: z.number(),
});

export type ListenerJob = z.infer<typeof jobSchema>;

/** One part of an upload form. */
export interface FormPart {
  readonly field: string;
  readonly name: string;
  readonly content: Blob;
}

/** A user of the product, over HTTP alone. */
export class Listener {
  private constructor(
    private readonly url: string,
    readonly email: string,
    readonly password: string,
    readonly token: string,
  ) {}

  static async logIn(url: string, email: string, password: string): Promise<Listener> {
    const credentials = Buffer.from(`${email}:${password}`).toString('base64');
    const headers = { authorization: `Basic ${credentials}` };
    const response = await fetch(`${url}/login`, { method: 'POST', headers });
    const token = await response.text();
    if (response.status !== 200) throw new Error(`login of ${email}: ${response.status} ${token}`);
    return new Listener(url, email, password, token);
  }

  call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`);
    return fetch(`${this.url}${path}`, { ...init, headers });
  }

  upload(
    parts: readonly FormPart[],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const body = new FormData();
    for (const { field, name, content } of parts) body.append(field, content, name);
    return this.call('/upload', { method: 'POST', body, headers });
  }

  /** Uploads a file that is accepted. @returns the job's id */
  async submit(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = basename(path);
    const content = await openAsBlob(path);
    const response = await this.upload([{ field: 'file', name, content }], headers);
    const answer = await response.text();
    if (response.status !== 200) throw new Error(`upload of ${name}: ${response.status} ${answer}`);
    const location = response.headers.get('location') ?? '';
    return location.slice('/jobs/'.length);
  }

  async job(id: string): Promise<ListenerJob> {
    const response = await this.call(`/jobs/${id}`);
    return jobSchema.parse(await response.json());
  }

  /** The job once nothing more happens to it. */
  finished(id: string, timeoutMs = 60_000): Promise<ListenerJob> {
    return eventually(
      `end of job ${id}`,
      async () => {
        const job = await this.job(id);
        return ['ready', 'failed', 'dead'].includes(job.state) ? job : undefined;
      },
      timeoutMs,
    );
  }

  async download(fid: string): Promise<Buffer> {
    const response = await this.call(`/download?fid=${fid}`);
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) throw new Error(`download of ${fid}: ${response.status}`);
    return body;
  }
}
