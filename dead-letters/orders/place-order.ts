import { ObjectId } from 'mongodb';
import { activeTraceparent } from '../../observability/spans';
import { EditFailed } from '../edit/apply-edit';
import type { OrderRecord, OrderRequest } from '../order';
import type { DeadLetterStores } from '../stores';
import type { OrderView, Preview } from '../views';
import { foresee } from './preview-order';
import { viewOrder } from './show-order';

/** Some letters cannot be acted on as they are, so none was touched. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
  constructor(readonly preview: Preview) {
    const [first] = preview.refused;
    const count = preview.plans.refused;
    super(
      first === undefined
        ? 'no dead letter matches'
        : `${count} of ${preview.matched} dead letters cannot be acted on; the first, ${first.id}: ${first.problem}`,
    );
  }
}

/**
 * Puts an order on file. From then on it is carried out, whatever becomes of whoever placed it;
 * before, nothing has moved.
 *
 * @param actor Stands in the audit.
 * @throws OrderRefused when nothing matches, or a letter cannot be acted on and the request does
 * not say to leave such letters out; EditFailed, also when an edit changes nothing.
 */
export async function placeOrder(
  stores: DeadLetterStores,
  request: OrderRequest,
  actor: string,
): Promise<OrderView> {
  const { preview, newestAt } = await foresee(stores, request);
  const refused = preview.plans.refused;
  if (newestAt === null || (refused > 0 && request.skip_refused !== true)) {
    throw new OrderRefused(preview);
  }
  if (request.edit !== undefined && preview.changed === 0) {
    throw new EditFailed(
      'it changes no letter; to put them back as they are, replay them without an edit',
    );
  }
  const order: OrderRecord = {
    _id: new ObjectId().toHexString(),
    action: request.action,
    actor,
    reason: request.reason,
    select: request.select,
    edit: request.edit ?? null,
    ratePerS: request.rate_per_s ?? null,
    limit: request.limit ?? null,
    // No clock: those of whoever places it and of the relay may differ.
    newestAt,
    state: 'running',
    endedAt: null,
    total: preview.matched,
    traceparent: activeTraceparent() ?? null,
  };
  await stores.orders.insertOne(order);
  return viewOrder(stores, order);
}
