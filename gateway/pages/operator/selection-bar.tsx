import type { LetterFilter } from '../../../dead-letters/selection';
import { describeFilter } from './filter';
import type { Target } from './target';
import { letters } from './words';

/** Which letters of the list are chosen: ticked ones, or all that the filter finds. */
export type Choice =
  { readonly kind: 'ticked'; readonly ids: ReadonlySet<string> } | { readonly kind: 'all' };

export const nothing: Choice = { kind: 'ticked', ids: new Set() };

export function targetOf(
  choice: Choice,
  filter: LetterFilter,
  count: number | undefined,
): Target | undefined {
  if (choice.kind === 'all') {
    return count === undefined || count === 0
      ? undefined
      : { select: { filter }, count, words: `${letters(count)}: ${describeFilter(filter)}` };
  }
  const ids = [...choice.ids];
  return ids.length === 0
    ? undefined
    : { select: { ids }, count: ids.length, words: `${letters(ids.length)}, chosen from the list` };
}

interface Props {
  readonly choice: Choice;
  readonly count: number | undefined;
  readonly onChange: (choice: Choice) => void;
}

export function SelectionBar({ choice, count, onChange }: Props) {
  const chosen = choice.kind === 'all' ? (count ?? 0) : choice.ids.size;
  return (
    <div class="selection">
      <p role="status">
        {chosen === 0 && count !== undefined && <strong>{letters(count)}</strong>}
        {chosen > 0 && <strong>{letters(chosen)} selected</strong>}
      </p>
      {choice.kind === 'ticked' && count !== undefined && count > 0 && (
        <button
          type="button"
          class="link"
          onClick={() => {
            onChange({ kind: 'all' });
          }}
        >
          Select all {count.toLocaleString('en')} that match
        </button>
      )}
      {chosen > 0 && (
        <button
          type="button"
          class="link"
          onClick={() => {
            onChange(nothing);
          }}
        >
          Select none
        </button>
      )}
    </div>
  );
}
