import type { Connection, RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';

const groupRow = z.object({ addresses: z.string() });

/**
 * Groups of addresses that are one address to the migrated table, such as
 * `a@example.com = A@example.com`. Asked for because MariaDB reports the entry as ''.
 */
export async function collidingAddresses(connection: Connection): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT GROUP_CONCAT(`email` SEPARATOR ' = ') AS `addresses` FROM `user` " +
      'GROUP BY CONVERT(`email` USING utf8mb4) COLLATE utf8mb4_unicode_520_ci ' +
      'HAVING COUNT(*) > 1 LIMIT 10',
  );
  return rows.map((row) => groupRow.parse(row).addresses);
}
