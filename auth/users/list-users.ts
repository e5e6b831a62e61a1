import Table from 'cli-table3';
import { readStoredPassword } from '../stored-password';
import type { User } from '../user-table';
import type { UsersSession } from './session';

/** `users list`: a table for people, or with `json` an array for programs. No password in either. */
export async function listUsers({ users, say, color }: UsersSession, json: boolean): Promise<void> {
  const shown = (await users.list()).map(describeUser);
  if (json) {
    say(JSON.stringify(shown, null, 2));
    return;
  }
  const table = new Table({
    head: ['id', 'e-mail', 'admin', 'operator', 'password', 'added'],
    style: color ? { head: ['bold'], border: ['gray'] } : { head: [], border: [] },
  });
  for (const user of shown) {
    const added = user.createdAt?.slice(0, 10) ?? 'before the migration';
    table.push([
      user.id,
      user.email,
      yesNo(user.admin),
      yesNo(user.operator),
      user.password,
      added,
    ]);
  }
  say(shown.length === 0 ? 'no users yet; add one with: users add <email>' : table.toString());
}

function describeUser({ id, email, admin, operator, password, createdAt }: User) {
  const hashed = readStoredPassword(password).kind !== 'plain';
  return {
    id,
    email,
    admin,
    operator,
    password: hashed ? ('hashed' as const) : ('plain text' as const),
    createdAt: createdAt?.toISOString() ?? null,
  };
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
