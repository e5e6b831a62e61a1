import { stringify } from 'csv-stringify/sync';
import { auditLineSchema, letterSummarySchema, type AuditPage, type LetterPage } from '../views';

/** A page of the list as CSV with a header line (RFC 4180). */
export function lettersCsv({ dead_letters: letters }: LetterPage): string {
  return csv(Object.keys(letterSummarySchema.shape), letters);
}

/** A page of the audit as CSV; differences are JSON. */
export function auditCsv({ entries }: AuditPage): string {
  return csv(
    Object.keys(auditLineSchema.shape),
    entries.map((entry) => ({ ...entry, difference: JSON.stringify(entry.difference) })),
  );
}

function csv(columns: readonly string[], lines: readonly object[]): string {
  return stringify([...lines], {
    columns: [...columns],
    header: true,
    record_delimiter: 'windows',
    quote_record_delimiter: true,
    // Senders choose the texts; a spreadsheet would run "=…" (owasp.org, "CSV Injection").
    escape_formulas: true,
  });
}
