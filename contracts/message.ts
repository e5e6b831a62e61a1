import { createHash } from 'node:crypto';
import { z } from 'zod';
import { conversionOptionsSchema } from './conversion-options';
import { refusalReasons } from './refusal-reason';

/** A GridFS id as the tutorial writes it: 24 hexadecimal digits. */
export const fidSchema = z
  .string()
  .regex(/^[0-9a-f]{24}$/i, 'expected 24 hexadecimal digits')
  .transform((fid) => fid.toLowerCase());

const addressSchema = z.string().min(1).max(255);

/**
 * Ours to add to the tutorial's three fields. A message without it still converts. A job id becomes
 * part of a directory's name and of a Message-ID, so it is not any text.
 */
const jobIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, "-" or "_"');

/** Queue `video`: please convert. The tutorial's gateway sends only its first three fields. */
export const videoMessageSchema = z
  .looseObject({
    video_fid: fidSchema.optional(),
    // One widespread rewrite of the tutorial's gateway misspells the key.
    vide_fid: fidSchema.optional(),
    mp3_fid: z.null().optional(),
    username: addressSchema,
    job_id: jobIdSchema.optional(),
    // Of the job that the message makes; a job that is there already has its own.
    options: conversionOptionsSchema.optional(),
  })
  .transform(({ video_fid, vide_fid, username, job_id, options }, context) => {
    const fid = video_fid ?? vide_fid;
    if (fid === undefined) {
      context.addIssue({ code: 'custom', message: 'expected a video_fid', path: ['video_fid'] });
      return z.NEVER;
    }
    const asked = options === undefined ? {} : { options };
    return { video_fid: fid, mp3_fid: null, username, job_id, ...asked };
  });

/** Queue `mp3`: an MP3 is ready. Always has an `mp3_fid`, so that a tutorial consumer can read it. */
export const mp3MessageSchema = z.looseObject({
  video_fid: fidSchema.optional(),
  mp3_fid: fidSchema,
  username: addressSchema,
  job_id: jobIdSchema.optional(),
});

/** Queue `mp3.failed`: tell the listener why there will be no MP3. Ours alone. */
export const failedMessageSchema = z.looseObject({
  video_fid: fidSchema,
  username: addressSchema,
  job_id: jobIdSchema,
  reason: z.enum(refusalReasons),
});

export type VideoMessage = z.output<typeof videoMessageSchema>;
export type Mp3Message = z.output<typeof mp3MessageSchema>;
export type FailedMessage = z.output<typeof failedMessageSchema>;

export type Decoded<Message> =
  { kind: 'message'; message: Message } | { kind: 'invalid'; problem: string };

/**
 * The tutorial's sender sets no message id. Its messages get one of their bytes, so that two
 * copies, and their two dead letters, are known to be one.
 */
export function messageIdOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/**
 * Decodes one message body. Never throws: whatever arrives is either a message of the schema or
 * `invalid` with a sentence that names the field and what was expected.
 */
export function decodeMessage<Message>(
  body: Uint8Array,
  schema: z.ZodType<Message>,
): Decoded<Message> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    return { kind: 'invalid', problem: `not JSON: ${Error.isError(error) ? error.message : ''}` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const problem = parsed.error.issues
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
    .join('; ');
  return { kind: 'invalid', problem };
}
