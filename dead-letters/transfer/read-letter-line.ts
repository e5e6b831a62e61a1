import { letterLineSchema, type LetterLine } from './letter-line';

export type ReadLine =
  | { readonly kind: 'line'; readonly line: LetterLine }
  | { readonly kind: 'invalid'; readonly problem: string };

/** Reads a line of an export. Never throws; a problem names the field and what was expected. */
export function readLetterLine(text: string): ReadLine {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own words would repeat what stands there.
    return { kind: 'invalid', problem: 'expected a JSON object' };
  }
  const parsed = letterLineSchema.safeParse(json);
  if (parsed.success) return { kind: 'line', line: parsed.data };
  const problem = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the line'}: ${message}`)
    .join('; ');
  return { kind: 'invalid', problem };
}
