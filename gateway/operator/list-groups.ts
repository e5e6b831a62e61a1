import { z } from 'zod';
import { listGroups } from '../../dead-letters/looking/list-groups';
import { letterFilterSchema } from '../../dead-letters/selection';
import { groupsSchema } from '../../dead-letters/views';
import { json } from './answers';
import type { OperatorCall } from './operator-call';
import { readQuery } from './read-query';

const querySchema = z.strictObject(letterFilterSchema.shape);

export const listDeadLetterGroups: OperatorCall = {
  method: 'get',
  path: '/operator/dead-letters/groups',
  operation: {
    operationId: 'listDeadLetterGroups',
    summary: 'Dead letters by queue, step and error class, the largest group first',
    requestParams: { query: querySchema },
    responses: { 200: json('The groups', groupsSchema) },
  },
  answer: async ({ stores }, { request, response }) => {
    response.json(await listGroups(stores, readQuery(querySchema, request.query)));
  },
};
