import { stopOrder } from '../../dead-letters/orders/stop-order';
import { orderViewSchema } from '../../dead-letters/views';
import { json, notFound } from './answers';
import type { OperatorCall } from './operator-call';
import { found, orderIdOf, orderPathSchema } from './path-ids';
import { refuseQuery } from './read-query';

export const stopDeadLetterOrder: OperatorCall = {
  method: 'post',
  path: '/operator/dead-letters/orders/{id}/stop',
  operation: {
    operationId: 'stopDeadLetterOrder',
    summary: 'Stops an order; what it has done stays done',
    requestParams: { path: orderPathSchema },
    responses: { 200: json('The order', orderViewSchema), 404: notFound },
  },
  answer: async ({ stores }, { request, response }) => {
    refuseQuery(request.query);
    response.json(found(await stopOrder(stores, orderIdOf(request))));
  },
};
