/** At most, unless the looks themselves are further apart. */
const mostMs = 2_000;

/**
 * Pause between two looks at what nobody waits for (ages, numbers of letters, how replays ended), in
 * milliseconds: four times that of the looks at what somebody does.
 */
export function unhurriedMs(everyMs: number): number {
  return Math.max(everyMs, Math.min(4 * everyMs, mostMs));
}
