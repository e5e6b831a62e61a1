import { createWriteStream, type WriteStream } from 'node:fs';
import type { Activity } from './activity';

/** What a converter says when it begins (run-attempt.ts). */
export const attemptStarted = 'attempt started';

/** One thing that happened, told by the harness or by a process of the product. */
export interface Entry {
  /** Wall clock. */
  readonly atMs: number;
  /** `harness`, or the process, for example `converter 2`. */
  readonly source: string;
  readonly text: string;
  /** The jobs it is about; a message of a mail is named after its MP3 or its job. */
  readonly about: readonly string[];
  /** The whole log line of a process. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Everything that happened in a run, in the order it was heard of. */
export class Journal {
  readonly entries: Entry[] = [];
  readonly #file: WriteStream | undefined;

  /**
   * @param activity Told when a worker says that it has begun an attempt.
   * @param path A file that gets every entry as a line of JSON.
   */
  constructor(
    private readonly activity: Activity,
    path?: string,
  ) {
    this.#file = path === undefined ? undefined : createWriteStream(path);
  }

  add(source: string, text: string, about: readonly string[] = []): void {
    this.#add({ atMs: Date.now(), source, text, about });
  }

  /** A line that a process wrote: JSON with our fields, or whatever a crash prints. */
  addLine(source: string, line: string): Readonly<Record<string, unknown>> {
    const fields = parse(line);
    const time = typeof fields['time'] === 'string' ? Date.parse(fields['time']) : Number.NaN;
    const text = typeof fields['msg'] === 'string' ? fields['msg'] : line;
    if (text === attemptStarted) this.activity.began(source);
    const about = [fields['jobId'], fields['messageId']].filter((id) => typeof id === 'string');
    this.#add({ atMs: Number.isNaN(time) ? Date.now() : time, source, text, about, fields });
    return fields;
  }

  async close(): Promise<void> {
    const file = this.#file;
    if (file !== undefined) await new Promise<void>((resolve) => file.end(resolve));
  }

  #add(entry: Entry): void {
    this.entries.push(entry);
    this.#file?.write(`${JSON.stringify(entry)}\n`);
  }
}

function parse(line: string): Record<string, unknown> {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {}; // Cut off in the middle by a SIGKILL.
  }
}
