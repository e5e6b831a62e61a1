import { useEffect, useRef, useState } from 'preact/hooks';
import type { Preview } from '../../../dead-letters/views';
import { wordsOf } from './api-problem';
import { useApi } from './contexts';
import { type OrderDraft, requestOf } from './order-draft';

export interface DryRun {
  /** What the order as it stands would do; undefined when that was not asked yet. */
  readonly preview: Preview | undefined;
  readonly problem: string | undefined;
  readonly busy: boolean;
  readonly run: () => void;
}

type State = Omit<DryRun, 'run'>;

const notRun: State = { preview: undefined, problem: undefined, busy: false };

/**
 * A dry run of the order in the dialog: at once where nothing has to be typed first, and whenever
 * it is asked for. Any change makes the last one void.
 */
export function useDryRun(draft: OrderDraft): DryRun {
  const api = useApi();
  const [state, setState] = useState<State>(notRun);
  const running = useRef<AbortController | undefined>(undefined);
  const asked = JSON.stringify([draft.edit?.text, draft.limit, draft.ratePerS]);

  function run(): void {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setState({ ...notRun, busy: true });
    preview(abort.signal).then(
      (answer) => {
        if (!abort.signal.aborted) setState({ ...notRun, preview: answer });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ ...notRun, problem: wordsOf(error) });
      },
    );
  }

  async function preview(signal: AbortSignal): Promise<Preview> {
    // The reason does not change what would be done, and may still be missing.
    return api.preview({ ...requestOf(draft), reason: 'dry run' }, signal);
  }

  const first = useRef(true);
  useEffect(() => {
    const opened = first.current;
    first.current = false;
    if (opened && draft.edit === undefined) run();
    else if (!opened) {
      running.current?.abort();
      setState(notRun);
    }
  }, [asked]);
  useEffect(
    () => () => {
      running.current?.abort();
    },
    [],
  );

  return { ...state, run };
}
