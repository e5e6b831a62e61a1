import { z } from 'zod';
import { type TokenClaims, tokenClaimsSchema } from '../contracts/token-claims';
import { headerNames } from '../contracts/headers';
import { type Breaker } from '../observability/breaker';
import { activeTraceparent, inSpan, noteOnSpan } from '../observability/spans';

/** Auth gave no answer that means anything: unreachable, too slow, a 5xx, or not auth at all. */
export class AuthUnreachable extends Error {
  override readonly name = 'AuthUnreachable';
}

export type LoginAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly status: number; readonly text: string };

/** The request that a call to auth is made for: it stands in the logs of both. */
export interface Origin {
  readonly requestId: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
}

interface AuthCall {
  readonly path: '/login' | '/validate';
  readonly authorization: string;
  readonly origin: Origin;
  /** Statuses that are an answer; any other one means that auth is away. */
  readonly answers: readonly number[];
}

/** Asks the auth service over HTTP. Every call has one deadline and goes through the breaker. */
export class AuthClient {
  /**
   * @param address `host:port`.
   * @param breaker Must take {@link AuthUnreachable} for an outage.
   */
  constructor(
    private readonly address: string,
    private readonly timeoutMs: number,
    private readonly breaker: Breaker,
  ) {}

  /**
   * @param authorization The client's own header, `Basic …`.
   * @throws DependencyUnavailable when auth is away.
   */
  login(authorization: string, origin: Origin): Promise<LoginAnswer> {
    return this.breaker.run(async () => {
      const answers = [200, 400, 401, 403, 429];
      const { status, body } = await this.#call({
        path: '/login',
        authorization,
        origin,
        answers,
      });
      return status === 200
        ? { kind: 'token', token: body }
        : { kind: 'refused', status, text: body };
    });
  }

  /**
   * The claims of a bearer token, or undefined when auth refuses it.
   * @throws DependencyUnavailable when auth is away.
   */
  validate(token: string, origin: Origin): Promise<TokenClaims | undefined> {
    return this.breaker.run(async () => {
      const { status, body } = await this.#call({
        path: '/validate',
        authorization: `Bearer ${token}`,
        origin,
        answers: [200, 401, 403],
      });
      return status === 200 ? readClaims(body) : undefined;
    });
  }

  #call(call: AuthCall) {
    const attributes = { 'http.request.method': 'POST', 'url.template': call.path };
    const options = { kind: 'client', attributes } as const;
    return inSpan(`POST ${call.path}`, options, () => this.#ask(call));
  }

  async #ask({ path, authorization, origin, answers }: AuthCall) {
    let status: number;
    let body: string;
    try {
      const response = await fetch(`http://${this.address}${path}`, {
        method: 'POST',
        headers: { authorization, ...tracing(origin) },
        redirect: 'error',
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      status = response.status;
      body = await response.text();
    } catch (error) {
      throw new AuthUnreachable(`POST ${path}: ${reason(error)}`, { cause: error });
    }
    noteOnSpan({ 'http.response.status_code': status });
    if (answers.includes(status)) return { status, body };
    throw new AuthUnreachable(`POST ${path} answered ${status}`);
  }
}

function tracing({ requestId, traceId }: Origin): Record<string, string> {
  const traceparent = activeTraceparent();
  return {
    'x-request-id': requestId,
    [headerNames.traceId]: traceId,
    ...(traceparent === undefined ? {} : { [headerNames.traceparent]: traceparent }),
  };
}

/** A token of another issuer may lack `admin`; then its bearer may not use the service. */
const claimsSchema = tokenClaimsSchema.extend({ admin: z.boolean().default(false) });

function readClaims(body: string): TokenClaims {
  try {
    return claimsSchema.parse(JSON.parse(body));
  } catch (error) {
    throw new AuthUnreachable('POST /validate answered 200 without claims', { cause: error });
  }
}

/** `fetch` says "fetch failed" and keeps what happened in the cause. */
function reason(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  return Error.isError(error.cause) ? error.cause.message : error.message;
}
