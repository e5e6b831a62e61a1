import type { LetterDetail } from '../../../dead-letters/views';
import { useApi } from './contexts';
import type { Target } from './target';
import { useLoad } from './use-load';

/** One of the messages, for whoever writes an expression over all of them. */
export function SampleMessage({ target }: { readonly target: Target }) {
  const api = useApi();
  const sample = useLoad<LetterDetail | undefined>(target.words, async (signal) => {
    const { select } = target;
    const [first] =
      'ids' in select
        ? select.ids
        : (await api.listLetters(select.filter, null, signal)).dead_letters.map(({ id }) => id);
    return first === undefined ? undefined : api.showLetter(first, signal);
  });
  if (sample.value?.message == null) return null;
  return (
    <details>
      <summary>A message among them</summary>
      <pre>{JSON.stringify(sample.value.message, null, 2)}</pre>
    </details>
  );
}
