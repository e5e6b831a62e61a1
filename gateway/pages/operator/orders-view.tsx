import { Age } from './age';
import { OrderProgress } from './order-progress';
import { Problem } from './problem';
import type { Orders } from './use-orders';

/** The latest orders and what they came to. */
export function OrdersView({ orders }: { readonly orders: Orders }) {
  return (
    <section>
      <h2>Orders</h2>
      <Problem words={orders.problem} />
      {orders.all?.length === 0 && <p class="empty">Nobody has ordered anything yet.</p>}
      {orders.all?.map((order) => (
        <div key={order.id} class="past-order">
          <p class="quiet">
            {order.actor}, <Age at={order.placed_at} />
          </p>
          <OrderProgress order={order} orders={orders} />
        </div>
      ))}
    </section>
  );
}
