import type { Collection } from 'mongodb';
import type { AuditEntry } from '../audit-entry';

/** Appends entries; one that is there already stays as it is. */
export async function appendEntries(
  audit: Collection<AuditEntry>,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await audit.bulkWrite(
    entries.map(({ _id, ...fields }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
    })),
    { ordered: false },
  );
}
