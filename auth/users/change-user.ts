import { DuplicateValue } from '../database-error';
import type { Right, User, UserTable } from '../user-table';
import { addressTaken } from './add-user';
import { checkedAddress } from './email-address';
import { readNewPassword } from './password-input';
import { UsersProblem } from './problem';
import type { UsersSession } from './session';

/** `users passwd`: tokens that were issued with the old password stay valid until they expire. */
export async function changePassword(session: UsersSession, email: string): Promise<void> {
  const user = await existing(session.users, email);
  const password = await readNewPassword(session.input, user.email);
  await session.users.setPassword(user.id, await session.passwords.hash(password));
  session.say(`changed the password of ${user.email}`);
}

/** `users rename`: the id stays, and with it the user's files. */
export async function renameUser(
  { users, say }: UsersSession,
  from: string,
  to: string,
): Promise<void> {
  const email = checkedAddress(to);
  const user = await existing(users, from);
  try {
    await users.rename(user.id, email);
  } catch (error) {
    if (error instanceof DuplicateValue) throw addressTaken(email);
    throw error;
  }
  say(`renamed ${user.email} to ${email}; takes effect at the next login`);
}

/** `users grant` and `users revoke`. */
export async function setRight(
  { users, say }: UsersSession,
  email: string,
  right: Right,
  granted: boolean,
): Promise<void> {
  const user = await existing(users, email);
  await users.setRight(user.id, right, granted);
  const done = granted ? `${user.email} is now ${right}` : `${user.email} is no longer ${right}`;
  say(`${done}; takes effect at the next login`);
}

/** `users remove`. */
export async function removeUser({ users, say }: UsersSession, email: string): Promise<void> {
  const user = await existing(users, email);
  await users.remove(user.id);
  say(`removed ${user.email}, id ${user.id}; a token from before stays valid until it expires`);
}

async function existing(users: UserTable, email: string): Promise<User> {
  const user = await users.find(email);
  if (user === undefined) throw new UsersProblem(`there is no user ${email} (see: users list)`);
  return user;
}
