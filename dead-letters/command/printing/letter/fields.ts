/** Names and values below each other; what has no value is left out. */
export function fields(
  rows: readonly (readonly [name: string, value: string | number | null | undefined])[],
): string[] {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value ?? ''}`);
}
