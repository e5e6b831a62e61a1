/**
 * How deep a value may nest to be shown. Reading deep JSON is safe, writing it is recursive and ends
 * in a RangeError; anybody can send `[[[[…`.
 */
export const shownLevels = 100;

/** Whether objects and lists nest deeper than so many levels. */
export function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => deeperThan(inner, levels - 1));
}
