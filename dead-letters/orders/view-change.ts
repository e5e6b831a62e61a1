import type { FieldChange } from '../audit-entry';
import type { AuditLine } from '../views';

/** A change as the faces show it; a field that was not there stays left out. */
export function viewChange({ path, ...values }: FieldChange): AuditLine['difference'][number] {
  return { path: [...path], ...values };
}
