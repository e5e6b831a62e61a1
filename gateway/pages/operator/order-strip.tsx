import { OrderProgress } from './order-progress';
import type { Orders } from './use-orders';

/** What is being carried out now, and how the orders placed from here ended; above everything. */
export function OrderStrip({ orders }: { readonly orders: Orders }) {
  const shown = (orders.all ?? []).filter(
    ({ id, state }) => state === 'running' || orders.placed.has(id),
  );
  if (shown.length === 0) return null;
  return (
    <section class="orders" aria-label="Orders under way">
      {shown.map((order) => (
        <OrderProgress key={order.id} order={order} orders={orders} />
      ))}
    </section>
  );
}
