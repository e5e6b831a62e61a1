import { z } from 'zod';

const listSchema = z.object({
  total: z.number(),
  messages: z.array(z.object({ ID: z.string(), To: z.array(z.object({ Address: z.string() })) })),
});
const mailSchema = z.object({ ID: z.string(), Subject: z.string(), Text: z.string() });

const pageSize = 200;

/** Which MP3 each of a listener's mails names, by Mailpit's API (mailpit.axllent.org/docs/api-v1). */
export class Mailbox {
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #texts = new Map<string, string>();

  /** @param url ends without a slash */
  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  /** File ids, one for each mail to this address. */
  async announced(to: string): Promise<string[]> {
    const fids: string[] = [];
    for (let start = 0; ; start += pageSize) {
      const path = `/api/v1/messages?start=${start}&limit=${pageSize}`;
      const { total, messages } = listSchema.parse(await this.#get(path));
      for (const { ID, To } of messages) {
        if (!To.some(({ Address }) => Address === to)) continue;
        const [, fid = ID] = /file_id: (\w+)/.exec(await this.#text(ID)) ?? [];
        fids.push(fid);
      }
      if (start + messages.length >= total || messages.length === 0) return fids;
    }
  }

  async #text(id: string): Promise<string> {
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const { Text } = mailSchema.parse(await this.#get(`/api/v1/message/${id}`));
    this.#texts.set(id, Text);
    return Text;
  }

  async #get(path: string): Promise<unknown> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(10_000)]);
    const response = await fetch(`${this.#url}${path}`, { signal });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
