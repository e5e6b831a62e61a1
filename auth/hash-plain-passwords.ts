import type { Connection, RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import type { Logger } from '../observability/logger';
import type { Passwords } from './passwords';
import { readStoredPassword } from './stored-password';

/** libuv runs this many hashes at once; more would only wait. */
const rowsAtOnce = 4;

const passwordRow = z.object({ id: z.number(), password: z.string() });

/**
 * Hashes every plain-text password of the table. A row says itself whether it is hashed, so after
 * an interruption the next run goes on with those that are not. A password that somebody changes
 * in the meantime is left alone.
 */
export async function hashPlainPasswords(
  connection: Connection,
  passwords: Passwords,
  logger: Logger,
): Promise<void> {
  let hashed = 0;
  for (let lastId = 0; ;) {
    const [rows] = await connection.execute<RowDataPacket[]>(
      `SELECT \`id\`, \`password\` FROM \`user\` WHERE \`id\` > ? ORDER BY \`id\` LIMIT ${rowsAtOnce}`,
      [lastId],
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    lastId = passwordRow.parse(last).id;
    const plain = rows
      .map((row) => passwordRow.parse(row))
      .filter(({ password }) => readStoredPassword(password).kind === 'plain');
    const hashes = await Promise.all(
      plain.map(async ({ id, password }) => ({
        id,
        password,
        hash: await passwords.hashOfAnyLength(password),
      })),
    );
    for (const { id, password, hash } of hashes) {
      await connection.execute(
        'UPDATE `user` SET `password` = ? WHERE `id` = ? AND `password` = ?',
        [hash, id, password],
      );
    }
    hashed += plain.length;
    if (plain.length > 0) logger.info({ hashed }, 'hashing plain-text passwords');
  }
}
