import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { z } from 'zod';

const mailSchema = z.object({
  /** Counts up in the order of arrival. */
  id: z.string(),
  receivedAt: z.string(),
  /** The envelope's, which decides where mail goes; headers may say something else. */
  envelopeFrom: z.string(),
  to: z.array(z.string()),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string().nullable(),
  messageId: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  /** Whether it came over TLS, and the account it was sent with. */
  tls: z.boolean(),
  user: z.string().nullable(),
  bytes: z.number(),
});

export type Mail = z.infer<typeof mailSchema>;

export interface Arrival {
  readonly envelopeFrom: string;
  readonly to: readonly string[];
  readonly tls: boolean;
  readonly user: string | null;
}

/** Mails as files in one directory: `<id>.eml` as it came, `<id>.json` as it reads. */
export class MailStore {
  readonly #directory: string;
  #lastId: number;

  private constructor(directory: string, lastId: number) {
    this.#directory = directory;
    this.#lastId = lastId;
  }

  static async open(directory: string): Promise<MailStore> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const ids = (await readdir(directory)).map((name) => parseInt(name, 10));
    return new MailStore(directory, Math.max(0, ...ids.filter(Number.isInteger)));
  }

  /** Resolves when both files are written; only then may the sender be told that we have it. */
  async add(raw: Buffer, arrival: Arrival): Promise<Mail> {
    const id = String(++this.#lastId).padStart(6, '0');
    const parsed = await simpleParser(raw);
    const mail: Mail = {
      id,
      receivedAt: new Date().toISOString(),
      envelopeFrom: arrival.envelopeFrom,
      to: [...arrival.to],
      from: parsed.from?.text ?? '',
      subject: parsed.subject ?? '',
      text: parsed.text ?? '',
      html: typeof parsed.html === 'string' ? parsed.html : null,
      messageId: parsed.messageId ?? null,
      headers: Object.fromEntries(parsed.headerLines.map(({ key, line }) => [key, value(line)])),
      tls: arrival.tls,
      user: arrival.user,
      bytes: raw.length,
    };
    await writeFile(this.#path(id, 'eml'), raw);
    // The list reads whole .json files only.
    await writeFile(this.#path(id, 'new'), JSON.stringify(mail, null, 2));
    await rename(this.#path(id, 'new'), this.#path(id, 'json'));
    return mail;
  }

  /** In the order of arrival; with `to`, only those to that address. */
  async list(to?: string): Promise<Mail[]> {
    const names = (await readdir(this.#directory)).filter((name) => name.endsWith('.json')).sort();
    const mails = await Promise.all(names.map((name) => this.find(name.replace('.json', ''))));
    return mails.filter((mail) => mail !== undefined).filter((m) => !to || m.to.includes(to));
  }

  async find(id: string): Promise<Mail | undefined> {
    const text = await this.#read(id, 'json');
    return text && mailSchema.parse(JSON.parse(text.toString('utf8')));
  }

  /** The mail as it came. */
  raw(id: string): Promise<Buffer | undefined> {
    return this.#read(id, 'eml');
  }

  /** Removes all mails, or those to one address. */
  async clear(to?: string): Promise<void> {
    for (const { id } of await this.list(to)) {
      await rm(this.#path(id, 'json'), { force: true });
      await rm(this.#path(id, 'eml'), { force: true });
    }
  }

  async #read(id: string, extension: string): Promise<Buffer | undefined> {
    if (!/^\d+$/.test(id)) return undefined;
    return readFile(this.#path(id, extension)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
  }

  #path(id: string, extension: string): string {
    return join(this.#directory, `${id}.${extension}`);
  }
}

/** A header line's value, unfolded (RFC 5322 section 2.2.3). */
function value(line: string): string {
  return line
    .slice(line.indexOf(':') + 1)
    .replace(/\r?\n(?=[ \t])/g, '')
    .trim();
}
