import type { Pages } from './use-pages';

interface Props {
  readonly pages: Pages;
  readonly next: string | null;
}

export function Pager({ pages, next }: Props) {
  if (next === null && pages.number === 1) return null;
  return (
    <nav class="pager" aria-label="Pages">
      <button
        type="button"
        class="secondary outline"
        disabled={pages.number === 1}
        onClick={pages.back}
      >
        Newer
      </button>
      <span>Page {pages.number}</span>
      <button
        type="button"
        class="secondary outline"
        disabled={next === null}
        onClick={() => {
          if (next !== null) pages.forward(next);
        }}
      >
        Older
      </button>
    </nav>
  );
}
