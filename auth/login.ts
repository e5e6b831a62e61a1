import type { BasicCredentials } from './authorization-header';
import type { Passwords } from './passwords';
import { readStoredPassword } from './stored-password';
import type { User, UserTable } from './user-table';

export type LoginOutcome =
  | { readonly kind: 'granted'; readonly user: User }
  | { readonly kind: 'refused'; readonly why: LoginRefusal };

/** For our log only: all of these are `invalid credentials` to the client. */
export type LoginRefusal = 'unknown-user' | 'wrong-password' | 'plain-text-row';

export interface LoginDeps {
  readonly users: UserTable;
  readonly passwords: Passwords;
  /** Whether a row somebody inserted with a plain-text password may log in (and is hashed then). */
  readonly plainTextPasswords: boolean;
}

/**
 * Decides one login. Every refusal costs one lookup and one bcrypt comparison.
 * @throws DatabaseUnavailable
 */
export async function logIn(
  { email, password }: BasicCredentials,
  { users, passwords, plainTextPasswords }: LoginDeps,
): Promise<LoginOutcome> {
  const user = await users.find(email);
  const stored = user === undefined ? undefined : readStoredPassword(user.password);
  const matches = await passwords.matches(password, stored);
  if (user === undefined || stored === undefined) return refused('unknown-user');
  if (stored.kind === 'plain' && !plainTextPasswords) return refused('plain-text-row');
  if (!matches) return refused('wrong-password');
  if (passwords.isOutdated(stored)) {
    const hash = await passwords.hashOfAnyLength(password);
    await users.replacePassword(user.id, user.password, hash);
  }
  return { kind: 'granted', user };
}

function refused(why: LoginRefusal): LoginOutcome {
  return { kind: 'refused', why };
}
