import { z } from 'zod';
import { type TokenClaims, tokenClaimsSchema } from '../contracts/token-claims';
import { type Breaker } from '../observability/breaker';

/** Auth gave no answer that means anything: unreachable, too slow, a 5xx, or not auth at all. */
export class AuthUnreachable extends Error {
  override readonly name = 'AuthUnreachable';
}

export type LoginAnswer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly status: number; readonly text: string };

interface AuthCall {
  readonly path: '/login' | '/validate';
  readonly authorization: string;
  readonly requestId: string;
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
  login(authorization: string, requestId: string): Promise<LoginAnswer> {
    return this.breaker.run(async () => {
      const answers = [200, 400, 401, 403, 429];
      const { status, body } = await this.#call({
        path: '/login',
        authorization,
        requestId,
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
  validate(token: string, requestId: string): Promise<TokenClaims | undefined> {
    return this.breaker.run(async () => {
      const { status, body } = await this.#call({
        path: '/validate',
        authorization: `Bearer ${token}`,
        requestId,
        answers: [200, 401, 403],
      });
      return status === 200 ? readClaims(body) : undefined;
    });
  }

  async #call({ path, authorization, requestId, answers }: AuthCall) {
    let status: number;
    let body: string;
    try {
      const response = await fetch(`http://${this.address}${path}`, {
        method: 'POST',
        headers: { authorization, 'x-request-id': requestId },
        redirect: 'error',
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      status = response.status;
      body = await response.text();
    } catch (error) {
      throw new AuthUnreachable(`POST ${path}: ${reason(error)}`, { cause: error });
    }
    if (answers.includes(status)) return { status, body };
    throw new AuthUnreachable(`POST ${path} answered ${status}`);
  }
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
