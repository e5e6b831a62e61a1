import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { exportLetters } from '../../dead-letters/transfer/export-letters';
import { letterFilterSchema, letterIdSchema, type Selection } from '../../dead-letters/selection';
import { ClientGone, isPrematureClose } from '../client-gone';
import { Refusal } from '../errors';
import { bytes } from './answers';
import type { OperatorCall } from './operator-call';
import { readQuery } from './read-query';

const ndjson = 'application/x-ndjson';

/**
 * Each is 20 bytes of the address, and Node refuses a request whose address and headers are longer
 * than 16 KiB (nodejs.org/api/cli.html, "--max-http-header-size"); some 6 KiB are left for these.
 */
const mostIds = 500;

const querySchema = z.strictObject({
  ...letterFilterSchema.shape,
  id: z
    .array(letterIdSchema)
    .min(1)
    .max(mostIds)
    .optional()
    .describe(`these letters, at most ${mostIds}, in any state, instead of a filter`),
});

export const exportDeadLetters: OperatorCall = {
  method: 'get',
  path: '/operator/dead-letters/export',
  operation: {
    operationId: 'exportDeadLetters',
    summary: 'Dead letters as a file that can be imported again, one per line',
    requestParams: { query: querySchema },
    responses: { 200: bytes('A JSON object per line', ndjson) },
  },
  answer: async ({ stores, idleMs }, { request, response }) => {
    const selection = selectionOf(readQuery(querySchema, request.query));
    response.attachment('dead-letters.ndjson').type(ndjson);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.setTimeout(idleMs);
    try {
      // One line ahead; by default it would be 16, whatever they weigh.
      const lines = Readable.from(exportLetters(stores, selection), { highWaterMark: 1 });
      await pipeline(lines, response);
    } catch (error) {
      throw isPrematureClose(error) ? new ClientGone() : error;
    }
  },
};

function selectionOf({ id: ids, ...filter }: z.output<typeof querySchema>): Selection {
  if (ids === undefined) return { filter };
  if (Object.keys(filter).length > 0) {
    throw new Refusal({ kind: 'invalid-parameter', name: 'id', expected: 'no filter beside it' });
  }
  return { ids };
}
