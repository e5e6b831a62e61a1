/** `1 dead letter`, `2 dead letters`. */
export function letters(count: number): string {
  return `${count} dead ${count === 1 ? 'letter' : 'letters'}`;
}

/** `replayed 4, died again 1`: what has any, in the order given. */
export function listCounts(counts: readonly (readonly [name: string, count: number])[]): string {
  return counts
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
