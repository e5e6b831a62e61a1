import type { JobRecord } from '../../contracts/job';
import type { DeadLetterRecord } from '../dead-letter';

export type MessageFields = Readonly<Record<string, unknown>>;

/**
 * What an edit changes: the message, and for a video whose job is on record the job's options, which
 * the message need not repeat. Null when the body is no JSON object.
 */
export function editableMessage(
  { workQueue }: Pick<DeadLetterRecord, 'workQueue'>,
  body: Uint8Array,
  job: Pick<JobRecord, 'options'> | null,
): MessageFields | null {
  const fields = parseObject(body);
  if (fields === null || workQueue !== 'video' || job === null) return fields;
  return { ...fields, options: job.options };
}

function parseObject(body: Uint8Array): MessageFields | null {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as MessageFields)
      : null;
  } catch {
    // Not JSON is an answer here: it is shown as text or bytes.
    return null;
  }
}
