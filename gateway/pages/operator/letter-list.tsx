import { useState } from 'preact/hooks';
import type { LetterFilter } from '../../../dead-letters/selection';
import { Actions } from './actions';
import { type Choice, nothing, SelectionBar, targetOf } from './selection-bar';
import { useApi } from './contexts';
import { LetterTable } from './letter-table';
import { Pager } from './pager';
import { Problem } from './problem';
import { useLoad } from './use-load';
import { usePages } from './use-pages';
import type { Orders } from './use-orders';

interface Props {
  readonly filter: LetterFilter;
  /** Letters that the filter finds; undefined while nobody has counted. */
  readonly count: number | undefined;
  /** Changes when the letters may have. */
  readonly version: string;
  readonly orders: Orders;
}

/** The letters that the filter finds, a page at a time, and what can be done with the chosen ones. */
export function LetterList({ filter, count, version, orders }: Props) {
  const api = useApi();
  const pages = usePages();
  const [choice, setChoice] = useState<Choice>(nothing);
  const { after } = pages;
  const page = useLoad(`${after ?? ''} ${version}`, (signal) =>
    api.listLetters(filter, after, signal),
  );
  const letters = page.value?.dead_letters ?? [];
  const target = targetOf(choice, filter, count);
  return (
    <section aria-label="Letters">
      <div class="toolbar">
        <SelectionBar choice={choice} count={count} onChange={setChoice} />
        <Actions
          target={target}
          state={filter.state ?? 'open'}
          onOrder={(order) => {
            setChoice(nothing);
            orders.add(order);
          }}
        />
      </div>
      <Problem words={page.problem} />
      {page.value && letters.length === 0 ? (
        <p class="empty">No letter matches the filter.</p>
      ) : (
        <LetterTable letters={letters} choice={choice} onChange={setChoice} busy={page.busy} />
      )}
      <Pager pages={pages} next={page.value?.next ?? null} />
    </section>
  );
}
