import { readBody } from '../../dead-letters/looking/read-body';
import { bytes, notFound } from './answers';
import type { OperatorCall } from './operator-call';
import { found, letterIdOf, letterPathSchema } from './path-ids';
import { refuseQuery } from './read-query';

export const downloadDeadLetterBody: OperatorCall = {
  method: 'get',
  path: '/operator/dead-letters/{id}/body',
  operation: {
    operationId: 'downloadDeadLetterBody',
    summary: 'The body of one, byte for byte',
    requestParams: { path: letterPathSchema },
    responses: { 200: bytes('The bytes', 'application/octet-stream'), 404: notFound },
  },
  answer: async ({ stores }, { request, response }) => {
    refuseQuery(request.query);
    const id = letterIdOf(request);
    const body = found(await readBody(stores, id));
    // A stranger wrote it: it is kept as a file, never shown as a page of ours.
    response.attachment(`dead-letter-${id}.bin`).type('application/octet-stream');
    response.send(Buffer.from(body));
  },
};
