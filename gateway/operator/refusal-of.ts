import { EditFailed } from '../../dead-letters/edit/apply-edit';
import { InvalidCursor } from '../../dead-letters/page-cursor';
import { OrderRefused } from '../../dead-letters/orders/place-order';
import { InvalidImport } from '../../dead-letters/transfer/invalid-import';
import { Refusal } from '../errors';

/** What the operator is told of an error of the module; undefined when it is none of theirs. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof InvalidCursor) {
    return new Refusal({
      kind: 'invalid-parameter',
      name: 'after',
      expected: 'the "next" of a page',
    });
  }
  if (error instanceof InvalidImport) {
    return new Refusal({ kind: 'invalid-body', problems: [error.message] });
  }
  if (error instanceof EditFailed) {
    return new Refusal({ kind: 'invalid-body', problems: [`edit: ${error.message}`] });
  }
  if (error instanceof OrderRefused) {
    const { refused, plans } = error.preview;
    return new Refusal({ kind: 'letters-refused', refused, total: plans.refused });
  }
  return undefined;
}
