/** A table in a table costs a sender six bytes, and a walk down to it a piece of the stack. */
const deepest = 100;

/**
 * Headers of any shape as JSON text; bytes become `{"base64": …}`, and what is nested deeper than
 * anybody means it a note. Never throws.
 */
export function headersAsJson(headers: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(plain(headers, 0));
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (depth === deepest) return `nested deeper than ${deepest} levels`;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  // From entries: a name may be "__proto__".
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, plain(field, depth + 1)]),
  );
}
