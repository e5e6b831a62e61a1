import { z } from 'zod';
import { selectionSchema, type Selection } from './selection';

export const orderActions = ['replay', 'discard', 'park', 'unpark'] as const;
export type OrderAction = (typeof orderActions)[number];

/**
 * A change of messages before their replay.
 * `message`: the whole message anew, for one letter. `expression`: JSONata over the message; its
 * result, an object, is laid over it, field by field.
 */
export const editSchema = z
  .union([
    z.strictObject({ message: z.record(z.string(), z.unknown()) }),
    z.strictObject({ expression: z.string().min(1).max(10_000) }),
  ])
  .meta({ id: 'Edit' });
export type Edit = z.infer<typeof editSchema>;

/** What an operator asks for. */
export const orderRequestSchema = z
  .strictObject({
    action: z.enum(orderActions),
    select: selectionSchema,
    reason: z.string().trim().min(1, 'expected a reason: it stands in the audit').max(1_000),
    edit: editSchema.optional().describe('for a replay'),
    rate_per_s: z.number().positive().max(10_000).optional().describe('letters per second'),
    limit: z.int().min(1).max(1_000_000).optional().describe('letters at most, oldest death first'),
    skip_refused: z
      .boolean()
      .optional()
      .describe('leave out letters that cannot be replayed as they are, instead of refusing all'),
  })
  .refine(({ action, edit }) => edit === undefined || action === 'replay', {
    path: ['edit'],
    message: 'expected with the action "replay" only',
  })
  .refine(
    ({ select, edit }) =>
      edit === undefined || 'expression' in edit || ('ids' in select && select.ids.length === 1),
    { path: ['edit'], message: 'a whole message goes with one id; expected an expression' },
  )
  .meta({ id: 'OrderRequest' });
export type OrderRequest = z.infer<typeof orderRequestSchema>;

export const orderStates = ['running', 'stopped', 'finished'] as const;
export type OrderState = (typeof orderStates)[number];

/** An order on file (collection `dead_letter_orders`): one document, so it is there or not. */
export interface OrderRecord {
  /** 24 hexadecimal digits; later orders sort after earlier ones. */
  readonly _id: string;
  readonly action: OrderAction;
  /** Who: an operator's e-mail address, or `user@host` of the command. */
  readonly actor: string;
  readonly reason: string;
  readonly select: Selection;
  readonly edit: Edit | null;
  readonly ratePerS: number | null;
  readonly limit: number | null;
  /**
   * The newest `stateAt` of the letters it found: those that came later are not meant. When it was
   * placed by the clock of whoever placed it stands in `_id`.
   */
  readonly newestAt: Date;
  readonly state: OrderState;
  readonly endedAt: Date | null;
  /** Letters it was about when it was placed. */
  readonly total: number;
  /** The span it was placed in (`traceparent`, W3C Trace Context). Null, or missing: in none. */
  readonly traceparent?: string | null;
}
