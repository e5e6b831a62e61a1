import { z } from 'zod';
import { listAudit } from '../../dead-letters/audit/list-audit';
import { auditCsv } from '../../dead-letters/looking/csv';
import { letterIdSchema } from '../../dead-letters/selection';
import { auditPageSchema } from '../../dead-letters/views';
import { jsonOrCsv } from './answers';
import type { OperatorCall } from './operator-call';
import { pageOf, pageShape } from './page-query';
import { readQuery } from './read-query';
import { sendPage } from './send-list';

const querySchema = z.strictObject({
  letter: letterIdSchema.optional().describe('of this letter'),
  job: z.string().min(1).max(64).optional().describe('of this job'),
  order: z.string().min(1).max(64).optional().describe('of this order or import'),
  result: z.enum(['done', 'refused']).optional().describe('what it came to'),
  ...pageShape,
});

export const listDeadLetterAudit: OperatorCall = {
  method: 'get',
  path: '/operator/dead-letters/audit',
  operation: {
    operationId: 'listDeadLetterAudit',
    summary: 'Who did what and how it ended, newest first',
    requestParams: { query: querySchema },
    responses: { 200: jsonOrCsv('A page of it', auditPageSchema) },
  },
  answer: async ({ stores }, exchange) => {
    const { limit, after, ...filter } = readQuery(querySchema, exchange.request.query);
    const page = await listAudit(stores, filter, pageOf({ limit, after }));
    sendPage(exchange, page, { name: 'dead-letter-audit.csv', write: auditCsv });
  },
};
