import microdiff from 'microdiff';
import type { FieldChange } from '../audit-entry';
import type { MessageFields } from './editable-message';

/** Every field that differs, nested ones by their path. */
export function difference(before: MessageFields | null, after: MessageFields): FieldChange[] {
  return microdiff(bare(before ?? {}), bare(after)).map((change) => {
    switch (change.type) {
      case 'CREATE':
        return { path: change.path, after: change.value as unknown };
      case 'REMOVE':
        return { path: change.path, before: change.oldValue as unknown };
      case 'CHANGE':
        return {
          path: change.path,
          before: change.oldValue as unknown,
          after: change.value as unknown,
        };
    }
  });
}

/** Without a prototype: a field may be named "constructor" or "__proto__". */
function bare(fields: MessageFields): Record<string, unknown> {
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fields)) copy[name] = bareValue(value);
  return copy;
}

function bareValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bareValue);
  return typeof value === 'object' && value !== null ? bare(value as MessageFields) : value;
}
