import { listOrders } from '../../dead-letters/orders/show-order';
import { ordersSchema } from '../../dead-letters/views';
import { json } from './answers';
import type { OperatorCall } from './operator-call';
import { refuseQuery } from './read-query';

export const listDeadLetterOrders: OperatorCall = {
  method: 'get',
  path: '/operator/dead-letters/orders',
  operation: {
    operationId: 'listDeadLetterOrders',
    summary: 'The last 50 orders, newest first',
    responses: { 200: json('The orders', ordersSchema) },
  },
  answer: async ({ stores }, { request, response }) => {
    refuseQuery(request.query);
    response.json({ orders: await listOrders(stores) });
  },
};
