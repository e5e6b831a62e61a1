import { z } from 'zod';
import { Refusal } from '../errors';
import { expectationsOf } from './expected';

/**
 * The parameters of a query. In a query everything is text and a list of one looks like its only
 * value, so both are read as the schema means them.
 *
 * @throws Refusal `invalid-parameter`, for a parameter that the call does not have as well: a
 * misspelt filter must not come to mean "all".
 */
export function readQuery<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape, z.core.$strict>,
  query: Readonly<Record<string, unknown>>,
): z.output<z.ZodObject<Shape, z.core.$strict>> {
  const shape: Readonly<Record<string, unknown>> = schema.shape;
  const meant = Object.entries(query).map(([name, value]) => [name, read(shape[name], value)]);
  const parsed = schema.safeParse(Object.fromEntries(meant));
  if (parsed.success) return parsed.data;
  const unknown = Object.keys(query).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) {
    const known = Object.keys(shape).join(', ');
    throw new Refusal({
      kind: 'invalid-parameter',
      name: unknown,
      expected: known === '' ? 'no parameters' : `a parameter of this call: ${known}`,
    });
  }
  const [first] = expectationsOf(parsed.error);
  throw new Refusal({
    kind: 'invalid-parameter',
    name: first?.path ?? 'query',
    expected: first?.expected ?? 'the parameters of this call',
  });
}

function read(field: unknown, value: unknown): unknown {
  const schema = field instanceof z.ZodOptional ? field.unwrap() : field;
  if (schema instanceof z.ZodArray && typeof value === 'string') return [value];
  if (schema instanceof z.ZodNumber && typeof value === 'string' && /^\d{1,9}$/.test(value)) {
    return Number(value);
  }
  return value;
}

const nothing = z.strictObject({});

/** @throws Refusal `invalid-parameter` when a call without parameters is given one. */
export function refuseQuery(query: Readonly<Record<string, unknown>>): void {
  readQuery(nothing, query);
}
