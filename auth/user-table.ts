import { z } from 'zod';
import type { Database } from './database';

/** What a user may do beyond logging in; each is a column and a claim of the token. */
export const rights = ['admin', 'operator'] as const;
export type Right = (typeof rights)[number];

/** One row of the tutorial's table `user`, with our columns. */
export interface User {
  readonly id: number;
  /** As it was entered; compared without regard to case. */
  readonly email: string;
  /** As stored; see `readStoredPassword`. */
  readonly password: string;
  readonly admin: boolean;
  readonly operator: boolean;
  /** Null: from before the migration. */
  readonly createdAt: Date | null;
}

const booleanColumn = z.number().transform((value) => value !== 0);
const rowSchema = z
  .object({
    id: z.number(),
    email: z.string(),
    password: z.string(),
    admin: booleanColumn,
    operator: booleanColumn,
    created_at_s: z.number().nullable(),
  })
  .transform(({ created_at_s, ...user }): User => {
    const createdAt = created_at_s === null ? null : new Date(created_at_s * 1000);
    return { ...user, createdAt };
  });

// Seconds since 1970, because a TIMESTAMP is rendered in the connection's time zone.
const columns =
  '`id`, `email`, `password`, `admin`, `operator`, UNIX_TIMESTAMP(`created_at`) AS `created_at_s`';

/** The users. Every method throws DatabaseUnavailable while the database is away. */
export class UserTable {
  constructor(private readonly database: Database) {}

  /** Finds by the column's collation: case and accents do not matter. */
  async find(email: string): Promise<User | undefined> {
    const sql = `SELECT ${columns} FROM \`user\` WHERE \`email\` = ? LIMIT 1`;
    const [row] = await this.database.rows(sql, [email]);
    return row === undefined ? undefined : rowSchema.parse(row);
  }

  /** All users, in the order they were added. */
  async list(): Promise<User[]> {
    const rows = await this.database.rows(`SELECT ${columns} FROM \`user\` ORDER BY \`id\``);
    return rows.map((row) => rowSchema.parse(row));
  }

  /** Returns the new user's id. @throws DuplicateValue when the address is taken. */
  async add(user: Pick<User, 'email' | 'password' | Right>): Promise<number> {
    const { insertId } = await this.database.change(
      'INSERT INTO `user` (`email`, `password`, `admin`, `operator`) VALUES (?, ?, ?, ?)',
      [user.email, user.password, user.admin, user.operator],
    );
    return insertId;
  }

  /**
   * Replaces a password unless somebody else has replaced it meanwhile.
   * @param expected The column as it was read.
   */
  async replacePassword(id: number, expected: string, password: string): Promise<void> {
    const sql = 'UPDATE `user` SET `password` = ? WHERE `id` = ? AND `password` = ?';
    await this.database.change(sql, [password, id, expected]);
  }

  async setPassword(id: number, password: string): Promise<void> {
    await this.database.change('UPDATE `user` SET `password` = ? WHERE `id` = ?', [password, id]);
  }

  /** @throws DuplicateValue when the address is taken. */
  async rename(id: number, email: string): Promise<void> {
    await this.database.change('UPDATE `user` SET `email` = ? WHERE `id` = ?', [email, id]);
  }

  async setRight(id: number, right: Right, granted: boolean): Promise<void> {
    await this.database.change(`UPDATE \`user\` SET \`${right}\` = ? WHERE \`id\` = ?`, [
      granted,
      id,
    ]);
  }

  async remove(id: number): Promise<void> {
    await this.database.change('DELETE FROM `user` WHERE `id` = ?', [id]);
  }
}
