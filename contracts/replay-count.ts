import { headerNames } from './headers';

/** The highest number that the header `replay` is believed to mean. */
export const highestReplay = 1_000_000;

/**
 * The highest number that is believed of a message that nobody here has put back: a number above it
 * is a sender's nonsense, and the one we give next must not come near {@link highestReplay}.
 */
export const highestStrangersReplay = 10_000;

/**
 * How often a message had been put back when it was sent, as its headers say. Never throws: whoever
 * sends a message may write anything there, and that counts as never.
 */
export function replayIn(headers: Readonly<Record<string, unknown>>): number {
  const replay = headers[headerNames.replay];
  if (typeof replay !== 'number' || !Number.isInteger(replay)) return 0;
  return replay > 0 && replay <= highestReplay ? replay : 0;
}
