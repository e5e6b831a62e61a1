import { orderRequestSchema } from '../../dead-letters/order';
import { previewOrder } from '../../dead-letters/orders/preview-order';
import { previewSchema } from '../../dead-letters/views';
import { json, stoodStill, tooLarge } from './answers';
import type { OperatorCall } from './operator-call';
import { readJson } from './read-json';
import { refuseQuery } from './read-query';

export const previewDeadLetterOrder: OperatorCall = {
  method: 'post',
  path: '/operator/dead-letters/preview',
  operation: {
    operationId: 'previewDeadLetterOrder',
    summary: 'What an order would do; nothing moves',
    description: 'The reason may still be missing or empty.',
    requestBody: {
      required: true,
      content: { 'application/json': { schema: orderRequestSchema } },
    },
    responses: {
      200: json('What would be done', previewSchema),
      408: stoodStill,
      413: tooLarge,
    },
  },
  answer: async (deps, exchange) => {
    refuseQuery(exchange.request.query);
    const order = await readJson(orderRequestSchema, deps, exchange, withReason);
    exchange.response.json(await previewOrder(deps.stores, order));
  },
};

/** Who looks first need not have made up their mind. */
function withReason(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const reason: unknown = 'reason' in body ? body.reason : undefined;
  const given = typeof reason === 'string' ? reason.trim() !== '' : reason !== undefined;
  return given ? body : { ...body, reason: 'preview' };
}
