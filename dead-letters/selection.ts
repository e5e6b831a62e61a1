import { z } from 'zod';
import { workQueues } from '../contracts/topology';
import { deathReasons, letterStates } from './dead-letter';

/** A group's step where no step failed. */
export const noStep = '-';

/** Which letters; every field narrows. Without `state`: open ones. */
export const letterFilterSchema = z
  .strictObject({
    queue: z.enum(workQueues).describe('work queue the message died on'),
    step: z.string().min(1).max(64).describe(`step that failed; "${noStep}" for none`),
    error_class: z.string().min(1).max(100).describe('class of the last error'),
    reason: z.enum(deathReasons).describe('why it was given up'),
    user: z.string().min(1).max(255).describe('e-mail address in the message'),
    job: z.string().min(1).max(64).describe('id of the job'),
    state: z.enum([...letterStates, 'any']).describe('default: open'),
    died_before: z.iso.datetime().describe('last death before this time'),
    died_after: z.iso.datetime().describe('last death at this time or later'),
    min_attempts: z.int().min(0).max(1_000).describe('attempts used, at least'),
    min_replays: z.int().min(0).max(1_000).describe('times put back, at least'),
  })
  .partial()
  .meta({ id: 'LetterFilter' });
export type LetterFilter = z.infer<typeof letterFilterSchema>;

export const letterIdSchema = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits')
  .meta({ id: 'LetterId' });

/** The letters an order is about: named ones, or all that a filter finds. */
export const selectionSchema = z
  .union([
    z.strictObject({ ids: z.array(letterIdSchema).min(1).max(10_000) }),
    z.strictObject({ filter: letterFilterSchema }),
  ])
  .meta({ id: 'Selection' });
export type Selection = z.infer<typeof selectionSchema>;
