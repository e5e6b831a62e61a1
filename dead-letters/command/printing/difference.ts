import type { FieldChange } from '../../audit-entry';
import type { Output } from '../terminal';
import { printableLine } from './printable';

/** Two lines for a field: what it was and what it is. */
export function differenceLines(
  changes: readonly FieldChange[],
  { paint }: Pick<Output, 'paint'>,
): string[] {
  return changes.flatMap((change) => {
    const name = printableLine(change.path.join('.'));
    const lines: string[] = [];
    if ('before' in change) lines.push(paint('red', `- ${name}: ${shown(change.before)}`));
    if ('after' in change) lines.push(paint('green', `+ ${name}: ${shown(change.after)}`));
    return lines;
  });
}

/** On one line: for a table. */
export function differenceLine(changes: readonly FieldChange[]): string {
  return changes
    .map((change) => {
      const before = 'before' in change ? shown(change.before) : '(none)';
      const after = 'after' in change ? shown(change.after) : '(none)';
      return `${printableLine(change.path.join('.'))}: ${before} → ${after}`;
    })
    .join('; ');
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  return printableLine(json ?? 'nothing');
}
