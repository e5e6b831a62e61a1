import { sign, verify } from 'jsonwebtoken';
import { tokenClaimsSchema, type TokenClaims } from '../contracts/token-claims';

/** RFC 7518 section 3.2: a key for HS256 has at least the size of the hash, 256 bits. */
export const weakestAllowedSecretBytes = 32;

/** Pinned for signing and for checking, so that a token cannot choose how it is checked. */
const algorithm = 'HS256';

export interface TokenSubject {
  readonly id: number;
  readonly email: string;
  readonly admin: boolean;
  readonly operator: boolean;
}

/** Makes the token of one user, valid for `lifetimeS` seconds from now. */
export function issueToken(user: TokenSubject, secret: string, lifetimeS: number): string {
  const claims = { username: user.email, admin: user.admin, operator: user.operator };
  return sign(claims, secret, { algorithm, expiresIn: lifetimeS, subject: String(user.id) });
}

/**
 * The claims of a token that we (or the tutorial's auth service, with the same secret) signed and
 * that has not expired; undefined for every other text.
 */
export function readToken(token: string, secret: string): TokenClaims | undefined {
  let payload: unknown;
  try {
    payload = verify(token, secret, { algorithms: [algorithm] });
  } catch {
    return undefined; // Why it is refused is nothing the holder of a bad token should learn.
  }
  // jsonwebtoken accepts a token without `exp`; the schema does not.
  const claims = tokenClaimsSchema.safeParse(payload);
  return claims.success ? claims.data : undefined;
}
