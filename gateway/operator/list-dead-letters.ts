import { z } from 'zod';
import { lettersCsv } from '../../dead-letters/looking/csv';
import { listLetters } from '../../dead-letters/looking/list-letters';
import { letterFilterSchema } from '../../dead-letters/selection';
import { letterPageSchema } from '../../dead-letters/views';
import { jsonOrCsv } from './answers';
import type { OperatorCall } from './operator-call';
import { pageOf, pageShape } from './page-query';
import { readQuery } from './read-query';
import { sendPage } from './send-list';

const querySchema = z.strictObject({ ...letterFilterSchema.shape, ...pageShape });

export const listDeadLetters: OperatorCall = {
  method: 'get',
  path: '/operator/dead-letters',
  operation: {
    operationId: 'listDeadLetters',
    summary: 'Dead letters, newest death first',
    requestParams: { query: querySchema },
    responses: { 200: jsonOrCsv('A page of them', letterPageSchema) },
  },
  answer: async ({ stores }, exchange) => {
    const { limit, after, ...filter } = readQuery(querySchema, exchange.request.query);
    const page = await listLetters(stores, filter, pageOf({ limit, after }));
    sendPage(exchange, page, { name: 'dead-letters.csv', write: lettersCsv });
  },
};
