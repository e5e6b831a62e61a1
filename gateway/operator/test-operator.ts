import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { TestGateway } from '../test-gateway';
import { type Answer, ask, type Asking } from '../test-requests';
import { operatorCalls } from './calls';
import { describeCalls } from './openapi';

interface Described {
  readonly responses: Readonly<
    Record<
      string,
      { readonly $ref?: string; readonly content?: Readonly<Record<string, unknown>> } | undefined
    >
  >;
}
type Methods = Readonly<Record<string, Described | undefined>>;

/** Every operation of the document. */
export interface DocumentedCall {
  readonly method: 'GET' | 'POST';
  /** With its parameters in braces. */
  readonly path: string;
}

export const openApi = describeCalls(operatorCalls);
const paths = (openApi.paths ?? {}) as unknown as Readonly<Record<string, Methods>>;

export const documentedCalls: readonly DocumentedCall[] = Object.entries(paths).flatMap(
  ([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase() as DocumentedCall['method'],
      path,
    })),
);

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(openApi, 'openapi');

/**
 * Holds an answer against the document: its status and media type must stand there, and JSON must
 * be what the schema says.
 */
export function expectAsDocumented(method: string, path: string, answer: Answer): void {
  const template = templateOf(method, path);
  const place = `/paths/${escaped(template)}/${method.toLowerCase()}/responses/${answer.status}`;
  const documented = paths[template]?.[method.toLowerCase()]?.responses[answer.status];
  if (documented === undefined) {
    throw new Error(`${method} ${template}: ${answer.status} is not documented: ${answer.text}`);
  }
  const base = documented.$ref?.slice(1) ?? place;
  const type = answer.headers['content-type']?.split(';')[0] ?? 'none';
  const schema = ajv.getSchema(`openapi#${base}/content/${escaped(type)}/schema`);
  if (schema === undefined) throw new Error(`${method} ${template}: ${type} is not documented`);
  const value: unknown = /[/+]json$/.test(type) ? JSON.parse(answer.text) : answer.text;
  if (schema(value) !== true) {
    throw new Error(`${method} ${template}: ${ajv.errorsText(schema.errors)}: ${answer.text}`);
  }
}

/** A segment of a JSON pointer (RFC 6901) inside a URI fragment. */
const escaped = (segment: string) =>
  encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));

/** As the router finds it: names come before parameters. */
function templateOf(method: string, path: string): string {
  const [bare = ''] = path.split('?');
  const fitting = documentedCalls.filter(
    (call) =>
      call.method === method &&
      new RegExp(`^${call.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(bare),
  );
  const [template] = fitting.toSorted(
    (one, other) => one.path.split('{').length - other.path.split('{').length,
  );
  if (template === undefined) throw new Error(`${method} ${bare} is not documented`);
  return template.path;
}

export const operatorAddress = 'olga@example.com';

/** Calls as an operator does, each answer held against the document. */
export class TestOperator {
  readonly token: string;

  constructor(private readonly gateway: TestGateway) {
    this.token = gateway.auth.tokenOf({ sub: '1', username: operatorAddress, operator: true });
  }

  async call(
    method: 'GET' | 'POST',
    path: string,
    body?: Asking['body'] | object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const answer = await ask(this.gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      ...(body !== undefined && { body: sent(body) }),
    });
    expectAsDocumented(method, path, answer);
    return answer;
  }

  /** The JSON of an answer with this status. */
  async json<Value>(
    status: number,
    method: 'GET' | 'POST',
    path: string,
    body?: Asking['body'] | object,
  ): Promise<Value> {
    const answer = await this.call(method, path, body);
    if (answer.status !== status) throw new Error(`${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text) as Value;
  }
}

function sent(body: NonNullable<Asking['body']> | object): NonNullable<Asking['body']> {
  if (typeof body === 'string' || typeof body === 'function' || Buffer.isBuffer(body)) {
    return body as NonNullable<Asking['body']>;
  }
  return JSON.stringify(body);
}
