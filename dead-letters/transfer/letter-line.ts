import { z } from 'zod';
import { stepNames } from '../../contracts/job';
import { highestStrangersReplay } from '../../contracts/replay-count';
import { workQueues, type WorkQueue } from '../../contracts/topology';
import { deathReasons, letterStates, type DeadLetterRecord } from '../dead-letter';
import { letterIdSchema } from '../selection';
import { identifyMessage } from '../filing/identify-message';

/** A line of an export names the version of its shape: files live long. */
export const lineVersion = 1;

const deathSchema = z.strictObject({
  replay: z.int().min(0).max(highestStrangersReplay),
  at: z.iso.datetime().transform((at) => new Date(at)),
  reason: z.enum(deathReasons),
  step: z.enum([...stepNames, 'send-mail']).nullable(),
  error_class: z.string().max(100),
  error: z.string().max(4_000),
  attempts: z.int().min(0),
});

/** Comes to JSON text, as it is filed. Never rebuilt: that would lose a header named "__proto__". */
const headersSchema = z
  .custom<Readonly<Record<string, unknown>>>(isObject, 'expected an object')
  .transform((headers, context) => {
    try {
      return JSON.stringify(headers);
    } catch {
      // What can be read can be written, unless it nests deeper than the stack.
      context.addIssue({ code: 'custom', message: 'expected headers that nest less deep' });
      return z.NEVER;
    }
  });

const bytesSchema = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is no base64, so the bytes are fewer then. A regular expression would not do:
  // the text may be 180 MB long.
  if (text.length % 4 === 0 && bytes.length === Buffer.byteLength(text, 'base64')) return bytes;
  context.addIssue({ code: 'custom', message: 'expected base64 with its padding' });
  return z.NEVER;
});

/** What an export writes of a letter: all that came, and what the letter has been through. */
export const letterLineSchema = z
  .strictObject({
    version: z.literal(lineVersion),
    id: letterIdSchema,
    queue: z.string().min(1).max(255),
    work_queue: z.enum(workQueues),
    message_id: z.string(),
    job: z.string().nullable(),
    user: z.string().toLowerCase().nullable(),
    content_type: z.string().nullable(),
    headers: headersSchema,
    body_base64: bytesSchema,
    problem: z.string().nullable(),
    deaths: z.array(deathSchema).min(1),
    replays: z.int().min(0).max(highestStrangersReplay),
    state: z.enum(letterStates),
  })
  .refine((line) => line.id === idOf(line), {
    path: ['id'],
    message: 'expected the id that belongs to its queue and message_id, or to its bytes',
    when: ({ issues }) => issues.length === 0,
  });
export type LetterLine = z.output<typeof letterLineSchema>;

/** As filing would have it. Anything else would be a second letter of one message. */
function idOf(line: {
  readonly queue: string;
  readonly work_queue: WorkQueue;
  readonly message_id: string;
  readonly headers: string;
  readonly body_base64: Uint8Array;
}): string {
  const { queue, work_queue: workQueue, message_id: messageId, body_base64: content } = line;
  const headers = JSON.parse(line.headers) as Readonly<Record<string, unknown>>;
  return identifyMessage({ queue, workQueue, messageId, headers, content }).id;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A letter as a line, with its end. */
export function letterLine(letter: DeadLetterRecord, body: Uint8Array): string {
  const line: z.input<typeof letterLineSchema> = {
    version: lineVersion,
    id: letter._id,
    queue: letter.queue,
    work_queue: letter.workQueue,
    message_id: letter.messageId,
    job: letter.jobId,
    user: letter.address,
    content_type: letter.contentType,
    headers: JSON.parse(letter.headers) as Record<string, unknown>,
    body_base64: Buffer.from(body.buffer, body.byteOffset, body.length).toString('base64'),
    problem: letter.problem,
    deaths: letter.deaths.map(({ at, errorClass, replay, reason, step, error, attempts }) => ({
      replay,
      at: at.toISOString(),
      reason,
      step,
      error_class: errorClass,
      error,
      attempts,
    })),
    replays: letter.replays,
    state: letter.state,
  };
  return `${JSON.stringify(line)}\n`;
}
