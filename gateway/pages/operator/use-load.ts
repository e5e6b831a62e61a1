import { useEffect, useState } from 'preact/hooks';
import { wordsOf } from './api-problem';

export interface Loaded<Value> {
  /** What came last; stays in sight while it is asked for again. */
  readonly value: Value | undefined;
  /** Why the last question was not answered. */
  readonly problem: string | undefined;
  readonly busy: boolean;
}

/**
 * Asks the API, and again whenever `question` changes.
 *
 * @param question Says in one text what is asked for; a former question's answer is dropped.
 */
export function useLoad<Value>(
  question: string,
  load: (signal: AbortSignal) => Promise<Value>,
): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({
    value: undefined,
    problem: undefined,
    busy: true,
  });
  useEffect(() => {
    const abort = new AbortController();
    setLoaded(({ value, problem }) => ({ value, problem, busy: true }));
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) setLoaded({ value, problem: undefined, busy: false });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setLoaded(({ value }) => ({ value, problem: wordsOf(error), busy: false }));
      },
    );
    return () => {
      abort.abort();
    };
    // `load` is made anew at every rendering; `question` says whether it asks something else.
  }, [question]);
  return loaded;
}
