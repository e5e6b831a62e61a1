import type { Request, Response } from 'express';
import type { TokenClaims } from '../contracts/token-claims';
import type { AuthClient } from './auth-client';
import { Refusal } from './errors';
import { originOf } from './request-log';

/** `Authorization: <scheme> <credentials>` (RFC 9110 section 11.4); the scheme in any case. */
function credentialsOf(request: Request, scheme: 'Basic' | 'Bearer'): string {
  const [, word, credentials] = /^(\S+) +(\S.*)$/.exec(request.get('authorization') ?? '') ?? [];
  if (word?.toLowerCase() !== scheme.toLowerCase() || credentials === undefined) {
    throw new Refusal({ kind: 'missing-credentials', scheme });
  }
  return credentials.trimEnd();
}

/** The header to pass on to auth's `/login`. */
export function basicAuthorization(request: Request): string {
  return `Basic ${credentialsOf(request, 'Basic')}`;
}

/**
 * Who asks, as auth sees it.
 *
 * @throws Refusal `missing-credentials`, `token-refused` (auth does not accept the token) or
 * `not-admin` (it is valid, but its bearer may not use the service).
 * @throws DependencyUnavailable when auth is away.
 */
export async function requireUser(
  auth: AuthClient,
  request: Request,
  response: Response,
): Promise<TokenClaims> {
  const token = credentialsOf(request, 'Bearer');
  // What is no token by its form (RFC 6750 section 2.1) need not be asked about.
  const claims = /^[\w.~+/-]+=*$/.test(token)
    ? await auth.validate(token, originOf(response))
    : undefined;
  if (claims === undefined) throw new Refusal({ kind: 'token-refused' });
  if (!claims.admin) throw new Refusal({ kind: 'not-admin' });
  return claims;
}

/**
 * Who asks, where only an operator may.
 *
 * @throws Refusal as {@link requireUser}, or `not-operator`.
 * @throws DependencyUnavailable when auth is away.
 */
export async function requireOperator(
  auth: AuthClient,
  request: Request,
  response: Response,
): Promise<TokenClaims> {
  const claims = await requireUser(auth, request, response);
  if (!claims.operator) throw new Refusal({ kind: 'not-operator' });
  return claims;
}
