import { downloadDeadLetterBody } from './download-body';
import { exportDeadLetters } from './export-dead-letters';
import { importDeadLetters } from './import-dead-letters';
import { listDeadLetterAudit } from './list-audit';
import { listDeadLetters } from './list-dead-letters';
import { listDeadLetterGroups } from './list-groups';
import { listDeadLetterOrders } from './list-orders';
import type { OperatorCall } from './operator-call';
import { placeDeadLetterOrder } from './place-order';
import { previewDeadLetterOrder } from './preview-order';
import { showDeadLetter } from './show-dead-letter';
import { showDeadLetterOrder } from './show-order';
import { stopDeadLetterOrder } from './stop-order';

/** Every call of the operator; a name comes before the `{id}` that would take it for its own. */
export const operatorCalls: readonly OperatorCall[] = [
  listDeadLetters,
  listDeadLetterGroups,
  exportDeadLetters,
  importDeadLetters,
  previewDeadLetterOrder,
  listDeadLetterOrders,
  placeDeadLetterOrder,
  showDeadLetterOrder,
  stopDeadLetterOrder,
  listDeadLetterAudit,
  showDeadLetter,
  downloadDeadLetterBody,
];
