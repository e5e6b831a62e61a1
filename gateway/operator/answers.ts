import { z } from 'zod';
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';

/** RFC 9457, as `send-error.ts` writes it. */
const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    request_id: z.string(),
  })
  .meta({ id: 'Problem' });

/** A refusal, by its component's name: text, or problem+json for who prefers JSON. */
function refusal(id: string, description: string): ZodOpenApiResponseObject {
  return {
    id,
    description,
    content: {
      'text/plain': { schema: z.string() },
      'application/problem+json': { schema: problemSchema },
    },
  };
}

export const notFound = refusal('NotFound', 'There is none with this id');
export const tooLarge = refusal('TooLarge', 'The body is larger than is accepted');
export const stoodStill = refusal('StoodStill', 'No bytes of the body arrived for too long');
export const lettersRefused = refusal(
  'LettersRefused',
  'Letters cannot be acted on as they are; nothing was done. Members `refused` (the first) and `total`',
);

/** What every call of an operator may be refused with. */
export const refusalsOfAll: ZodOpenApiResponsesObject = {
  400: refusal('BadRequest', 'A parameter or the body is not as described, or not described'),
  401: refusal('Unauthorized', 'No token, or a token that does not open the service'),
  403: refusal('Forbidden', 'The token is refused, or lacks the claim `operator`'),
  503: refusal('Unavailable', 'Auth or MongoDB is away; see `Retry-After`'),
};

export function json(description: string, schema: z.ZodType): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema } } };
}

/** A page of a list, in either form. */
export function jsonOrCsv(description: string, schema: z.ZodType): ZodOpenApiResponseObject {
  return {
    description,
    headers: {
      Link: {
        description: 'The next page (RFC 8288), where there is one',
        schema: { type: 'string' },
      },
    },
    content: { 'application/json': { schema }, 'text/csv': { schema: z.string() } },
  };
}

/** Bytes of any kind; OpenAPI 3.1 describes them by an empty schema. */
export function bytes(description: string, type: string): ZodOpenApiResponseObject {
  return { description, content: { [type]: { schema: {} } } };
}
