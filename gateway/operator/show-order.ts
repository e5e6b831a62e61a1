import { showOrder } from '../../dead-letters/orders/show-order';
import { orderViewSchema } from '../../dead-letters/views';
import { json, notFound } from './answers';
import type { OperatorCall } from './operator-call';
import { found, orderIdOf, orderPathSchema } from './path-ids';
import { refuseQuery } from './read-query';

export const showDeadLetterOrder: OperatorCall = {
  method: 'get',
  path: '/operator/dead-letters/orders/{id}',
  operation: {
    operationId: 'showDeadLetterOrder',
    summary: 'One order, how far it is and what became of its letters',
    requestParams: { path: orderPathSchema },
    responses: { 200: json('The order', orderViewSchema), 404: notFound },
  },
  answer: async ({ stores }, { request, response }) => {
    refuseQuery(request.query);
    response.json(found(await showOrder(stores, orderIdOf(request))));
  },
};
