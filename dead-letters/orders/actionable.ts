import type { Filter } from 'mongodb';
import type { DeadLetterRecord, LetterState } from '../dead-letter';
import { lettersOf } from '../letter-query';
import type { OrderAction } from '../order';
import type { Selection } from '../selection';

/** In which states an action may find a letter. */
export const allowedStates: Record<OrderAction, readonly LetterState[]> = {
  replay: ['open', 'parked'],
  discard: ['open', 'parked'],
  park: ['open'],
  unpark: ['parked'],
};

/** The letters that an order would be about now. */
export function actionable(action: OrderAction, select: Selection): Filter<DeadLetterRecord> {
  const selection =
    action === 'unpark' && 'filter' in select && select.filter.state === undefined
      ? { filter: { ...select.filter, state: 'parked' as const } }
      : select;
  return { $and: [lettersOf(selection), { state: { $in: [...allowedStates[action]] } }] };
}
