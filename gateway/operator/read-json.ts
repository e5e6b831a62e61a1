import express from 'express';
import type { z } from 'zod';
import { ClientGone } from '../client-gone';
import { Refusal } from '../errors';
import { watchForStandstill } from '../standstill';
import { expectationsOf } from './expected';
import { inviteBody } from '../invite-body';
import type { Exchange, OperatorDeps } from './operator-call';

const maxBytes = 1024 ** 2;
/** Of any type: a bearer token is nothing that a form of another site could send along. */
const parse = express.json({ limit: maxBytes, type: () => true });

/**
 * The JSON body, up to 1 MB.
 *
 * @param prepare Completes the body before it is checked.
 * @throws Refusal `invalid-json`, `invalid-body`, `body-too-large` or `body-idle`; ClientGone.
 */
export async function readJson<Value>(
  schema: z.ZodType<Value>,
  { idleMs }: OperatorDeps,
  exchange: Exchange,
  prepare: (body: unknown) => unknown = (body) => body,
): Promise<Value> {
  const body = await parseBody(exchange, idleMs);
  if (body === undefined) throw new Refusal({ kind: 'invalid-json', reason: 'it is empty' });
  const parsed = schema.safeParse(prepare(body));
  if (parsed.success) return parsed.data;
  const problems = expectationsOf(parsed.error).map(
    ({ path, expected }) => `${path === '' ? 'the body' : path}: expected ${expected}`,
  );
  throw new Refusal({ kind: 'invalid-body', problems });
}

function parseBody({ request, response }: Exchange, idleMs: number): Promise<unknown> {
  inviteBody(request, response);
  return new Promise((resolve, reject) => {
    const standstill = watchForStandstill(request, idleMs, () => {
      reject(new Refusal({ kind: 'body-idle', idleMs }));
    });
    parse(request, response, (error?: unknown) => {
      standstill.stop();
      if (error === undefined) resolve(request.body);
      else reject(refusal(error));
    });
  });
}

/** Body-parser says what went wrong by `type`; what is not named here is a bad request. */
function refusal(error: unknown): Error {
  if (!Error.isError(error)) return new Error(String(error));
  switch ('type' in error && error.type) {
    case 'entity.too.large':
      return new Refusal({ kind: 'body-too-large', limitBytes: maxBytes });
    case 'entity.parse.failed':
      return new Refusal({ kind: 'invalid-json', reason: error.message });
    case 'request.aborted':
      return new ClientGone();
    default:
      return error;
  }
}
