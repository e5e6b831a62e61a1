import type { OrderAction } from '../../order';
import { planKinds, type PlanKind, type Preview } from '../../views';
import type { Output } from '../terminal';
import { letters } from './counts';
import { differenceLines } from './difference';
import { printableLine } from './printable';
import { renderTable } from './table';

/** What an order would do: counts, where replays start again, problems, differences. */
export function previewLines(
  preview: Preview,
  action: OrderAction,
  edited: boolean,
  output: Output,
): string[] {
  const { matched, plans, starts_at, refused, differences, changed } = preview;
  const does = planKinds
    .filter((kind) => plans[kind] > 0)
    .map((kind) => [planWords(kind, action), plans[kind]]);
  const starts = Object.entries(starts_at).map(([step, count]) => [
    `starts again at ${step}`,
    count,
  ]);
  const lines = [output.paint('bold', `${action}: ${letters(matched)}`)];
  if (does.length > 0) {
    lines.push(
      '',
      renderTable([{ head: 'what would be done' }, { head: 'letters' }], does, output),
    );
  }
  if (starts.length > 0) {
    lines.push('', renderTable([{ head: 'where' }, { head: 'letters' }], starts, output));
  }
  if (refused.length > 0) {
    lines.push('', `problems${firstOf(refused.length, plans.refused)}:`);
    lines.push(...refused.map(({ id, problem }) => `  ${id}  ${printableLine(problem)}`));
  }
  if (edited) {
    lines.push(
      '',
      changed === 0
        ? 'the edit changes no letter'
        : `the edit changes ${letters(changed)}${firstOf(differences.length, changed)}:`,
    );
  }
  for (const { id, changes } of differences) {
    lines.push(`  ${id}`, ...differenceLines(changes, output).map((line) => `    ${line}`));
  }
  return [...lines, ''];
}

const firstOf = (shown: number, all: number) =>
  shown < all ? `, the first ${shown} of ${all}` : '';

function planWords(kind: PlanKind, action: OrderAction): string {
  switch (kind) {
    case 'reopen-job':
      return 'its job is queued again';
    case 'create-job':
      return 'a job is made from the message and queued';
    case 'announce-again':
      return 'how its job ended is announced again';
    case 'publish':
      return 'the message goes back on its queue';
    case 'close':
      return closeWords[action];
    case 'refused':
      return 'refused, stays as it is';
    default:
      return kind satisfies never;
  }
}

const closeWords: Record<OrderAction, string> = {
  replay: 'nothing is left to do, closed',
  discard: 'given up, and the listener of a dead job told',
  park: 'put aside',
  unpark: 'opened again',
};
