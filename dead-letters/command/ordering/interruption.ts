import type { Terminal } from '../terminal';

/** Ctrl-C as a wish to leave, instead of the end of the process. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Ctrl-C ends the process again. */
  readonly end: () => void;
}

/** From here on; a second Ctrl-C ends the process all the same, whatever it waits for. */
export function listenForInterrupt({ onInterrupt }: Pick<Terminal, 'onInterrupt'>): Interruption {
  const wish = new AbortController();
  const end = onInterrupt(() => {
    end();
    wish.abort();
  });
  return { signal: wish.signal, end };
}
