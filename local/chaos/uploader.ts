import type { Activity } from './activity';
import type { Clip, Clips } from './clips';
import type { Journal } from './journal';
import type { Listener } from './listeners';
import { pause } from './pause';
import type { PlannedUpload } from './schedule';

/** An upload that was answered with 200: a promise. */
export interface Accepted {
  readonly jobId: string;
  readonly clip: Clip['name'];
  readonly listener: string;
  /** Its name is in no other upload, and becomes the title of its MP3. */
  readonly fileName: string;
  readonly acceptedMs: number;
}

export interface UploadOptions {
  readonly url: string;
  readonly clips: Clips;
  readonly listeners: readonly Listener[];
  readonly journal: Journal;
  readonly activity: Activity;
  /** Aborted when what is not accepted by now is given up. */
  readonly signal: AbortSignal;
  /** Told after each upload that was accepted. */
  readonly onAccepted: (accepted: Accepted) => void;
}

const answerTimeoutMs = 15_000;
const pauseMs = 500;
/** A client with so many uploads under way waits for one of them. */
const mostAtOnce = 16;

/**
 * Uploads as planned. Whatever is answered other than 200 is tried again as a new upload: of that
 * one nothing was promised.
 */
export async function uploadAll(
  uploads: readonly PlannedUpload[],
  options: UploadOptions,
): Promise<void> {
  const begin = performance.now();
  const underWay = new Set<Promise<void>>();
  for (const [index, planned] of uploads.entries()) {
    await pause(Math.max(0, begin + planned.atMs - performance.now()), options.signal);
    while (underWay.size >= mostAtOnce) await Promise.race(underWay);
    if (options.signal.aborted) break;
    const upload = untilAccepted(planned, index, options).finally(() => underWay.delete(upload));
    underWay.add(upload);
  }
  await Promise.all(underWay);
}

async function untilAccepted(
  planned: PlannedUpload,
  index: number,
  options: UploadOptions,
): Promise<void> {
  const clip = options.clips.get(planned.clip);
  const listener = options.listeners[planned.listener];
  if (clip === undefined || listener === undefined) throw new Error('no such clip or listener');
  for (let attempt = 1; !options.signal.aborted; attempt += 1) {
    const fileName = `upload ${index + 1} try ${attempt}.${clip.extension}`;
    const jobId = await upload(clip, listener, fileName, options);
    if (jobId !== null) {
      const accepted = { jobId, clip: clip.name, listener: listener.address, fileName };
      options.journal.add('harness', `${fileName} accepted, clip ${clip.name}`, [jobId]);
      options.onAccepted({ ...accepted, acceptedMs: Date.now() });
      return;
    }
    await pause(pauseMs, options.signal);
  }
}

/** @returns the job's id; null when it was not accepted, or nobody knows */
async function upload(
  clip: Clip,
  listener: Listener,
  fileName: string,
  { url, journal, activity }: UploadOptions,
): Promise<string | null> {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(clip.bytes)]), fileName);
  const headers = { authorization: `Bearer ${listener.token}`, accept: 'application/json' };
  journal.add('harness', `${fileName} begins`);
  activity.began('gateway 1');
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const response = await fetch(`${url}/upload`, { method: 'POST', body, headers, signal });
    const answer = await response.text();
    if (response.status === 200) return (JSON.parse(answer) as { id: string }).id;
    journal.add('harness', `${fileName} answered ${response.status}: ${answer}`);
  } catch (error) {
    const cause = Error.isError(error) && Error.isError(error.cause) ? error.cause : error;
    journal.add('harness', `${fileName} not answered: ${String(cause)}`);
  }
  return null;
}
