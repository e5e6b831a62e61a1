import { z } from 'zod';
import { importLetters } from '../../dead-letters/transfer/import-letters';
import { mostLineBytes } from '../../dead-letters/transfer/split-lines';
import { importedSchema } from '../../dead-letters/views';
import { Refusal } from '../errors';
import { json, stoodStill, tooLarge } from './answers';
import { inviteBody } from '../invite-body';
import type { OperatorCall } from './operator-call';
import { readLines } from './read-lines';
import { readQuery } from './read-query';

const querySchema = z.strictObject({
  reason: z.string().trim().min(1).max(1_000).describe('stands in the audit'),
});

export const importDeadLetters: OperatorCall = {
  method: 'post',
  path: '/operator/dead-letters/import',
  operation: {
    operationId: 'importDeadLetters',
    summary: 'Files the letters of an export again; those on file already stay as they are',
    requestParams: { query: querySchema },
    requestBody: {
      required: true,
      description: 'What an export answered. It is filed as it comes in, so it may be sent again',
      content: { 'application/x-ndjson': { schema: {} } },
    },
    responses: {
      200: json('How many were filed', importedSchema),
      408: stoodStill,
      413: tooLarge,
    },
  },
  answer: async (
    { stores, idleMs, maxImportBytes: bytes },
    { request, response, operator: { username } },
  ) => {
    const { reason } = readQuery(querySchema, request.query);
    if (Number(request.headers['content-length'] ?? 0) > bytes) {
      throw new Refusal({ kind: 'body-too-large', limitBytes: bytes });
    }
    inviteBody(request, response);
    const lines = readLines(request, { bytes, lineBytes: mostLineBytes, idleMs });
    response.json(await importLetters(stores, lines, { actor: username, reason }));
  },
};
