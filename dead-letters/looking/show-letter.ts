import { headerNames } from '../../contracts/headers';
import { readGridFs } from '../../contracts/read-gridfs';
import type { JobRecord } from '../../contracts/job';
import { traceIdIn } from '../../contracts/trace-id';
import { listAudit } from '../audit/list-audit';
import type { DeadLetterRecord } from '../dead-letter';
import { editableMessage } from '../edit/editable-message';
import { letterBody } from '../letter-body';
import { startsAt } from '../orders/plan';
import { planReplay } from '../orders/plan-replay';
import { bodyFileId, type DeadLetterStores } from '../stores';
import type { LetterDetail } from '../views';
import { attemptsMade } from './attempts-made';
import { summarize, viewDeath } from './letter-summary';
import { parsedAtMostBytes, shownTextBytes, viewBody } from './view-body';
import { viewHeaders } from './view-headers';
import { viewJob } from './view-job';

const historyEntries = 200;

/**
 * One letter with everything that is known about it.
 *
 * @returns undefined for a letter that is not on file.
 */
export async function showLetter(
  stores: DeadLetterStores,
  id: string,
): Promise<LetterDetail | undefined> {
  const letter = await stores.letters.findOne({ _id: id });
  if (letter === null) return undefined;
  const job = await stores.jobs.findOne({ _id: letter.jobId ?? '' });
  const bytes = await enoughOfBody(stores, letter);
  const body = viewBody(bytes, letter.bodyBytes);
  const headers = viewHeaders(letter.headers);
  const history = await listAudit(stores, { letter: id }, { limit: historyEntries });
  return {
    ...summarize(letter),
    content_type: letter.contentType,
    headers,
    body,
    message: body.kind === 'json' ? fieldsOf(letter, bytes, job) : null,
    deaths: letter.deaths.map(viewDeath),
    attempts_made: await attemptsMade(stores, letter, bytes, job),
    trace_id: job?.traceId ?? traceIdIn(headers[headerNames.traceId]),
    job_record: job === null ? null : viewJob(job),
    source_facts: job?.sourceFacts == null ? null : { ...job.sourceFacts },
    starts_at: letter.problem === null ? startsAt(planReplay(letter, bytes, [], job)) : null,
    history: history.entries,
  };
}

function fieldsOf(
  letter: DeadLetterRecord,
  body: Uint8Array,
  job: JobRecord | null,
): LetterDetail['message'] {
  const fields = editableMessage(letter, body, job);
  return fields === null ? null : { ...fields };
}

/** The whole of a message, or of what is small; else as much as is shown of it. */
async function enoughOfBody(
  stores: DeadLetterStores,
  letter: DeadLetterRecord,
): Promise<Uint8Array> {
  const { _id, bodyBytes, body, problem } = letter;
  if (problem === null || bodyBytes <= parsedAtMostBytes || body !== null) {
    return letterBody(stores, letter);
  }
  const [file] = await stores.bodies.find({ _id: bodyFileId(_id) }).toArray();
  if (file === undefined) throw new Error(`the body of dead letter ${_id} is not on file any more`);
  const chunks: Buffer[] = [];
  for await (const chunk of readGridFs(stores.bodies, file, 0, shownTextBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
