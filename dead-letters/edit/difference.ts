import microdiff from 'microdiff';
import type { FieldChange } from '../audit-entry';
import type { MessageFields } from './editable-message';

/** Every field that differs, nested ones by their path. */
export function difference(before: MessageFields | null, after: MessageFields): FieldChange[] {
  return microdiff(before ?? {}, after).map((change) => {
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
