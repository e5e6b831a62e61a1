import { z } from 'zod';
import type { Request } from 'express';
import { letterIdSchema } from '../../dead-letters/selection';
import { Refusal } from '../errors';

export const letterPathSchema = z.object({ id: letterIdSchema });
export const orderPathSchema = z.object({ id: z.string() });

/** @throws Refusal `not-found` for what is no id by its form: there is no letter of that name. */
export function letterIdOf({ params }: Request): string {
  const id = letterIdSchema.safeParse(params['id']);
  if (!id.success) throw new Refusal({ kind: 'not-found' });
  return id.data;
}

/** @throws Refusal `not-found` for what is no id by its form. */
export function orderIdOf({ params }: Request): string {
  const id = z
    .string()
    .regex(/^[0-9a-f]{24}$/)
    .safeParse(params['id']);
  if (!id.success) throw new Refusal({ kind: 'not-found' });
  return id.data;
}

/** @throws Refusal `not-found`. */
export function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Refusal({ kind: 'not-found' });
  return value;
}
