import type { Collection, Filter } from 'mongodb';
import type { ActionEntry, AuditEntry, OutcomeEntry } from '../audit-entry';
import { viewChange } from '../orders/view-change';
import { cursorOf, placeAfter, readCursor, type ListPage } from '../page-cursor';
import type { DeadLetterStores } from '../stores';
import type { AuditLine, AuditPage } from '../views';

/** Which entries; every field narrows. */
export interface AuditFilter {
  readonly letter?: string | undefined;
  readonly job?: string | undefined;
  readonly order?: string | undefined;
  readonly result?: ActionEntry['result'] | undefined;
}

/**
 * What was done about dead letters, newest first, each replay with how it ended.
 *
 * @throws InvalidCursor
 */
export async function listAudit(
  { audit }: Pick<DeadLetterStores, 'audit'>,
  filter: AuditFilter,
  { limit, after }: ListPage,
): Promise<AuditPage> {
  const place = after === undefined ? [] : placeAfter('at', readCursor(after));
  // One more than asked for tells whether there is a next page.
  const found = (await audit
    .find({ $and: [{ kind: 'action' }, auditQuery(filter), ...place] })
    .sort({ at: -1, _id: -1 })
    .limit(limit + 1)
    .toArray()) as ActionEntry[];
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const outcomes = await outcomesOf(audit, shown);
  return {
    entries: shown.map((entry) => viewEntry(entry, outcomes.get(entry._id))),
    next:
      last !== undefined && found.length > limit ? cursorOf({ at: last.at, id: last._id }) : null,
  };
}

function auditQuery({ letter, job, order, result }: AuditFilter): Filter<AuditEntry> {
  return {
    ...(letter !== undefined && { letter }),
    ...(job !== undefined && { jobId: job }),
    ...(order !== undefined && { order }),
    ...(result !== undefined && { result }),
  };
}

async function outcomesOf(
  audit: Collection<AuditEntry>,
  actions: readonly ActionEntry[],
): Promise<ReadonlyMap<string, OutcomeEntry>> {
  const replays = actions.filter(({ action }) => action === 'replay').map(({ _id }) => _id);
  if (replays.length === 0) return new Map();
  const entries = (await audit.find({ of: { $in: replays } }).toArray()) as OutcomeEntry[];
  return new Map(entries.map((entry) => [entry.of, entry]));
}

function viewEntry(entry: ActionEntry, outcome: OutcomeEntry | undefined): AuditLine {
  const { _id, at, actor, action, reason, order, letter, queue, result, note } = entry;
  const replayed = action === 'replay' && result === 'done';
  return {
    id: _id,
    at: at.toISOString(),
    actor,
    action,
    reason,
    order,
    letter,
    queue,
    message_id: entry.messageId,
    job: entry.jobId,
    difference: entry.difference.map(viewChange),
    result,
    note,
    outcome: outcome?.outcome ?? (replayed ? 'waiting' : null),
    outcome_at: outcome?.at.toISOString() ?? null,
  };
}
