import { showLetter } from '../../dead-letters/looking/show-letter';
import { letterDetailSchema } from '../../dead-letters/views';
import { json, notFound } from './answers';
import type { OperatorCall } from './operator-call';
import { found, letterIdOf, letterPathSchema } from './path-ids';
import { refuseQuery } from './read-query';

export const showDeadLetter: OperatorCall = {
  method: 'get',
  path: '/operator/dead-letters/{id}',
  operation: {
    operationId: 'showDeadLetter',
    summary: 'One dead letter with everything known about it',
    requestParams: { path: letterPathSchema },
    responses: { 200: json('The letter', letterDetailSchema), 404: notFound },
  },
  answer: async ({ stores }, { request, response }) => {
    refuseQuery(request.query);
    response.json(found(await showLetter(stores, letterIdOf(request))));
  },
};
