import { orderRequestSchema } from '../../dead-letters/order';
import { placeOrder } from '../../dead-letters/orders/place-order';
import { orderViewSchema } from '../../dead-letters/views';
import { json, lettersRefused, stoodStill, tooLarge } from './answers';
import type { OperatorCall } from './operator-call';
import { readJson } from './read-json';
import { refuseQuery } from './read-query';

export const placeDeadLetterOrder: OperatorCall = {
  method: 'post',
  path: '/operator/dead-letters/orders',
  operation: {
    operationId: 'placeDeadLetterOrder',
    summary: 'Places an order: replay, discard, park or unpark',
    description: 'The relay carries it out; ask for the order to see how far it is.',
    requestBody: {
      required: true,
      content: { 'application/json': { schema: orderRequestSchema } },
    },
    responses: {
      202: {
        ...json('The order, on file', orderViewSchema),
        headers: {
          Location: { description: 'Path of the order', schema: { type: 'string' } },
        },
      },
      408: stoodStill,
      409: lettersRefused,
      413: tooLarge,
    },
  },
  answer: async (deps, exchange) => {
    refuseQuery(exchange.request.query);
    const wanted = await readJson(orderRequestSchema, deps, exchange);
    const order = await placeOrder(deps.stores, wanted, exchange.operator.username);
    const { response } = exchange;
    response.status(202).location(`/operator/dead-letters/orders/${order.id}`).json(order);
  },
};
