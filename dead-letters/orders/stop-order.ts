import type { DeadLetterStores } from '../stores';
import type { OrderView } from '../views';
import { showOrder } from './show-order';

/** Ends an order early. What it has put back stays put back; an order that is over stays so. */
export async function stopOrder(
  stores: DeadLetterStores,
  id: string,
): Promise<OrderView | undefined> {
  await stores.orders.updateOne(
    { _id: id, state: 'running' },
    { $set: { state: 'stopped' }, $currentDate: { endedAt: true } },
  );
  return showOrder(stores, id);
}
