import { DuplicateValue } from '../database-error';
import { checkedAddress } from './email-address';
import { readNewPassword } from './password-input';
import { UsersProblem } from './problem';
import type { UsersSession } from './session';

export interface NewUserRights {
  readonly admin: boolean;
  readonly operator: boolean;
}

/** `users add`. The address is checked before anybody is asked for a password. */
export async function addUser(
  { users, passwords, input, say }: UsersSession,
  given: string,
  { admin, operator }: NewUserRights,
): Promise<void> {
  const email = checkedAddress(given);
  if ((await users.find(email)) !== undefined) throw addressTaken(email);
  const password = await passwords.hash(await readNewPassword(input, email));
  try {
    const id = await users.add({ email, password, admin, operator });
    const held = [admin ? 'admin' : [], operator ? 'operator' : []].flat();
    say(`added ${email}, id ${id}, rights: ${held.join(', ') || 'none'}`);
  } catch (error) {
    if (error instanceof DuplicateValue) throw addressTaken(email);
    throw error;
  }
}

/** Also said of an address that differs in case or accents only. */
export function addressTaken(email: string): UsersProblem {
  return new UsersProblem(`there is a user ${email} already (see: users list)`);
}
