import type { z } from 'zod';
import type { ConversionOptions } from '../../contracts/conversion-options';
import {
  decodeMessage,
  failedMessageSchema,
  mp3MessageSchema,
  videoMessageSchema,
  type Decoded,
} from '../../contracts/message';
import type { WorkQueue } from '../../contracts/topology';

/** What the messages of all queues have in common. */
export interface CheckedMessage {
  readonly username: string;
  readonly job_id?: string | undefined;
  readonly video_fid?: string | undefined;
  readonly options?: ConversionOptions | undefined;
}

const schemas: Record<WorkQueue, z.ZodType<CheckedMessage>> = {
  video: videoMessageSchema,
  mp3: mp3MessageSchema,
  failed: failedMessageSchema,
};

/** A problem names every unknown field of an option, of which a stranger's body may have millions. */
const problemLength = 1_000;

/** Whether bytes are a message of a queue, by the schema that its consumer uses. Never throws. */
export function checkMessage(queue: WorkQueue, body: Uint8Array): Decoded<CheckedMessage> {
  const decoded = decodeMessage(body, schemas[queue]);
  return decoded.kind === 'message'
    ? decoded
    : { kind: 'invalid', problem: decoded.problem.slice(0, problemLength) };
}
