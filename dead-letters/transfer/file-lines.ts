import { Binary } from 'mongodb';
import { actionEntryId } from '../audit/action-entry-id';
import { appendEntries } from '../audit/append-entries';
import type { ActionEntry } from '../audit-entry';
import type { DeadLetterRecord, Death } from '../dead-letter';
import { largestInlineBytes } from '../filing/letter-of';
import { storeBody } from '../filing/store-body';
import type { DeadLetterStores } from '../stores';
import type { LetterLine } from './letter-line';

/** Who imports, why, and under which order it stands in the audit. */
export interface Importer {
  readonly actor: string;
  readonly reason: string;
  readonly order: string;
}

/**
 * Files the letters that are not on file, each with an entry in the audit.
 *
 * @returns how many were filed.
 */
export async function fileLines(
  stores: DeadLetterStores,
  lines: readonly LetterLine[],
  importer: Importer,
): Promise<number> {
  if (lines.length === 0) return 0;
  const known = await ordersOf(stores, lines);
  // The first of a letter that stands there twice.
  const unknown = new Map<string, LetterLine>();
  for (const line of lines) {
    if (!known.has(line.id) && !unknown.has(line.id)) unknown.set(line.id, line);
  }
  const filed = await fileAll(stores, [...unknown.values()], importer.order);
  const entries = [
    ...filed.map((line) => importEntry(line, importer)),
    ...(await unfinished(stores, lines, known, importer)),
  ];
  await appendEntries(stores.audit, entries);
  return filed.length;
}

type KnownLetters = ReadonlyMap<string, DeadLetterRecord['order']>;

async function ordersOf(
  { letters }: DeadLetterStores,
  lines: readonly LetterLine[],
): Promise<KnownLetters> {
  const known = await letters
    .find({ _id: { $in: lines.map(({ id }) => id) } })
    .project<Pick<DeadLetterRecord, '_id' | 'order'>>({ order: 1 })
    .toArray();
  return new Map(known.map(({ _id, order }) => [_id, order]));
}

/** @returns those filed here and not by somebody else in the same moment. */
async function fileAll(
  stores: DeadLetterStores,
  lines: readonly LetterLine[],
  order: string,
): Promise<LetterLine[]> {
  if (lines.length === 0) return [];
  const now = new Date();
  const letters = lines.map((line) => letterOf(line, order, now));
  for (const [index, letter] of letters.entries()) {
    const content = lines[index]?.body_base64;
    if (letter.body === null && content !== undefined) await storeBody(stores, letter, content);
  }
  const { upsertedIds } = await stores.letters.bulkWrite(
    letters.map(({ _id, ...fields }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
    })),
    { ordered: false },
  );
  return lines.filter((_, index) => index in upsertedIds);
}

function letterOf(line: LetterLine, order: string, now: Date): DeadLetterRecord {
  const deaths: Death[] = line.deaths.map(({ error_class: errorClass, ...death }) => ({
    ...death,
    errorClass,
  }));
  const [first] = deaths;
  const last = deaths.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a letter without a death');
  const body = line.body_base64;
  return {
    _id: line.id,
    queue: line.queue,
    workQueue: line.work_queue,
    messageId: line.message_id,
    jobId: line.job,
    address: line.user,
    contentType: line.content_type,
    headers: line.headers,
    bodyBytes: body.length,
    body: body.length <= largestInlineBytes ? new Binary(body) : null,
    problem: line.problem,
    deaths,
    last,
    firstAt: first.at,
    state: 'open',
    stateAt: now,
    replays: line.replays,
    // Here it was not put back since it died.
    replay: last.replay,
    outcome: null,
    order,
  };
}

/**
 * The entries of an earlier import that ended between letters and audit. Its letters name an order
 * that nobody placed; an entry that is there stays as it is.
 */
async function unfinished(
  { orders }: DeadLetterStores,
  lines: readonly LetterLine[],
  known: KnownLetters,
  importer: Importer,
): Promise<ActionEntry[]> {
  const named = [...new Set(known.values())].filter((order) => order !== null);
  if (named.length === 0) return [];
  const placed = await orders
    .find({ _id: { $in: named } })
    .project<{ readonly _id: string }>({ _id: 1 })
    .toArray();
  const placedIds = new Set(placed.map(({ _id }) => _id));
  return lines.flatMap((line) => {
    const order = known.get(line.id) ?? null;
    return order === null || placedIds.has(order)
      ? []
      : [importEntry(line, { ...importer, order })];
  });
}

function importEntry(
  { id, queue, message_id: messageId, job }: LetterLine,
  { actor, reason, order }: Importer,
): ActionEntry {
  return {
    _id: actionEntryId(order, id),
    kind: 'action',
    at: new Date(),
    actor,
    action: 'import',
    reason,
    order,
    letter: id,
    queue,
    messageId,
    jobId: job,
    difference: [],
    result: 'done',
    note: 'filed from an export, as open',
  };
}
