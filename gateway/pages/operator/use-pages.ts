import { useState } from 'preact/hooks';

export interface Pages {
  /** What the current page comes after; null for the first. */
  readonly after: string | null;
  /** From 1. */
  readonly number: number;
  readonly forward: (next: string) => void;
  readonly back: () => void;
}

/** Walks through pages that each name what the next one comes after. */
export function usePages(): Pages {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    after: cursors.at(-1) ?? null,
    number: cursors.length + 1,
    forward: (next) => {
      setCursors([...cursors, next]);
    },
    back: () => {
      setCursors(cursors.slice(0, -1));
    },
  };
}
