import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { Endpoint } from '../endpoint';
import { refusalsOfAll } from './answers';
import type { OperatorCall } from './operator-call';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** The calls as an OpenAPI 3.1 document, from the schemas that check them. */
export function describeCalls(calls: readonly OperatorCall[]): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {};
  for (const { method, path, operation } of calls) {
    const responses = { ...refusalsOfAll, ...operation.responses };
    paths[path] = { ...paths[path], [method]: { ...operation, responses } };
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'video-to-mp3: dead letters',
      version: '1',
      description:
        'What an operator can do about messages that nobody tries any more. Get a token from `POST /login` as a user with the claim `operator`.',
    },
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  });
}

/** `GET /openapi.json`: for everybody, since it describes and holds nothing. */
export function showOpenApi(calls: readonly OperatorCall[]): Endpoint {
  const text = JSON.stringify(describeCalls(calls));
  return (_request, response) => {
    response.set('Cache-Control', 'no-cache').type('application/json').send(text);
    return Promise.resolve();
  };
}
