import { createConnection } from 'mysql2/promise';
import { createMysqlDatabase, type TestMysqlDatabase } from '../local/test-stack';
import {
  authEnvironment,
  createTutorialTable,
  ended,
  queryRows,
  spawnEntryPoint,
  until,
} from './test-environment';
import { basic, startTestService } from './test-service';

let database: TestMysqlDatabase;

beforeEach(async () => {
  database = await createMysqlDatabase('migrate');
}, 60_000);

afterEach(async () => {
  await database.drop();
});

const startMigration = () => spawnEntryPoint('migrate-main', [], authEnvironment(database.access));
const runMigration = () => ended(startMigration());

const twelveUsers = Array.from(
  { length: 12 },
  (_, index) => [`user${index + 1}@email.com`, `Password ${index + 1}`] as const,
);

/** With their own password and no other, and not because plain text is allowed. */
async function expectAllToLogIn(users: readonly (readonly [string, string])[]): Promise<void> {
  const strict = await startTestService(database.access, { PLAIN_TEXT_PASSWORDS: 'false' });
  try {
    for (const [email, password] of users) {
      const right = await strict.post('/login', basic(email, password));
      expect({ email, status: right.status }).toEqual({ email, status: 200 });
      const wrong = await strict.post('/login', basic(email, `${password}?`));
      expect({ email, status: wrong.status }).toEqual({ email, status: 401 });
    }
    // With latin1 this would be an error of the server, not an unknown user.
    expect((await strict.post('/login', basic('😀@email.com', 'x'))).status).toBe(401);
  } finally {
    await strict.stop();
  }
}

async function hashedIds(): Promise<number[]> {
  const sql = "SELECT id FROM user WHERE password LIKE '$2b$04$%' ORDER BY id";
  return (await queryRows(database.access, sql)).map((row) => row['id'] as number);
}

async function recorded(): Promise<string[]> {
  const rows = await queryRows(database.access, 'SELECT name FROM auth_migration ORDER BY name');
  return rows.map((row) => row['name'] as string);
}

const everyMigration = [
  '001-user-table',
  '002-user-text',
  '003-user-rights',
  '004-hash-plain-passwords',
];

describe('an empty database', () => {
  it('gets the table, and a second run finds nothing to do', async () => {
    const first = await runMigration();
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await recorded()).toEqual(everyMigration);
    const second = await runMigration();
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    expect(second.stdout).toContain('nothing to migrate');
    expect(await recorded()).toEqual(everyMigration);
  });

  it("takes the tutorial's INSERT afterwards", async () => {
    await runMigration();
    await queryRows(
      database.access,
      "INSERT INTO user (email, password) VALUES ('georgio@email.com', 'Admin123')",
    );
    const [row] = await queryRows(
      database.access,
      'SELECT admin, operator, created_at IS NOT NULL AS dated FROM user',
    );
    expect(row).toEqual({ admin: 1, operator: 0, dated: 1 });
  });
});

describe("the tutorial's table", () => {
  it.each(['latin1', 'utf8mb4'] as const)(
    'in %s is upgraded; nobody is locked out',
    async (charset) => {
      const users = [
        ['georgio@email.com', 'Admin123'],
        ['umlaut@email.com', 'pässwört:'],
        ['long@email.com', `${'x'.repeat(99)}!`],
        ['72@email.com', 'y'.repeat(72)],
        ['dollar@email.com', '$2b$not a hash'],
      ] as const;
      await createTutorialTable(database.access, users, charset);
      expect(await runMigration()).toMatchObject({ exitCode: 0, stderr: '' });
      const rows = await queryRows(
        database.access,
        'SELECT id, email, admin, operator, created_at FROM user ORDER BY id',
      );
      expect(rows).toEqual(
        users.map(([email], index) => ({
          id: index + 1,
          email,
          admin: 1,
          operator: 0,
          created_at: null,
        })),
      );
      await expectAllToLogIn(users);
    },
  );

  it('keeps hashes that are there already', async () => {
    await createTutorialTable(database.access, [['plain@email.com', 'Admin123']]);
    await runMigration();
    const before = await queryRows(database.access, 'SELECT password FROM user');
    await queryRows(database.access, "DELETE FROM auth_migration WHERE name LIKE '004%'");
    expect(await runMigration()).toMatchObject({ exitCode: 0 });
    expect(await queryRows(database.access, 'SELECT password FROM user')).toEqual(before);
  });

  it('is hashed once: a plain-text row that comes later is left to its first login', async () => {
    await createTutorialTable(database.access, [['early@email.com', 'Admin123']]);
    await runMigration();
    await queryRows(
      database.access,
      "INSERT INTO user (email, password) VALUES ('late@email.com', 'Admin123')",
    );
    await runMigration();
    expect(await hashedIds()).toEqual([1]);
  });
});

describe('two processes at once', () => {
  it('migrate one after the other', async () => {
    await createUnhashedTable();
    const blocker = await lockRow(12);
    const first = startMigration();
    const firstEnds = ended(first);
    await until(async () => (await hashedIds()).length >= 4);
    const second = ended(startMigration());
    await until(async () => {
      const processes = await queryRows(database.access, 'SHOW PROCESSLIST');
      return processes.some(
        (row) => row['db'] === database.access.database && String(row['Info']).includes('GET_LOCK'),
      );
    });
    await blocker.release();
    expect(await firstEnds).toMatchObject({ exitCode: 0, stderr: '' });
    const late = await second;
    expect(late).toMatchObject({ exitCode: 0, stderr: '' });
    expect(late.stdout).toContain('nothing to migrate');
    expect(await hashedIds()).toHaveLength(12);
    await expectAllToLogIn(twelveUsers);
  }, 30_000);

  it('may be many, on an empty database', async () => {
    const all = await Promise.all([runMigration(), runMigration(), runMigration(), runMigration()]);
    expect(all.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(all.map(({ stderr }) => stderr).join('')).toBe('');
    expect(await recorded()).toEqual(everyMigration);
  }, 30_000);
});

describe('an interrupted migration', () => {
  it('goes on where it was killed', async () => {
    await createUnhashedTable();
    const blocker = await lockRow(9);
    const killed = startMigration();
    const killedEnds = ended(killed);
    await until(async () => (await hashedIds()).length >= 8);
    killed.kill('SIGKILL');
    await killedEnds;
    await blocker.release();
    const hashedBefore = await queryRows(
      database.access,
      'SELECT password FROM user WHERE id <= 8 ORDER BY id',
    );
    expect(await recorded()).not.toContain('004-hash-plain-passwords');
    expect(await hashedIds()).not.toContain(12);

    expect(await runMigration()).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await hashedIds()).toHaveLength(12);
    const hashedAfter = await queryRows(
      database.access,
      'SELECT password FROM user WHERE id <= 8 ORDER BY id',
    );
    expect(hashedAfter).toEqual(hashedBefore);
    await expectAllToLogIn(twelveUsers);
  }, 30_000);

  // DDL commits by itself: the state after each statement is one a kill can leave behind.
  it.each(['001-user-table', '002-user-text', '003-user-rights'])(
    'finds %s done but not recorded',
    async (name) => {
      await createTutorialTable(database.access, [['georgio@email.com', 'Admin123']]);
      await runMigration();
      await queryRows(database.access, 'DELETE FROM auth_migration WHERE name >= ?', [name]);
      expect(await runMigration()).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await recorded()).toEqual(everyMigration);
      await expectAllToLogIn([['georgio@email.com', 'Admin123']]);
    },
  );

  it('finds one of three columns', async () => {
    await createTutorialTable(database.access, [['georgio@email.com', 'Admin123']]);
    await queryRows(
      database.access,
      'ALTER TABLE user ADD COLUMN admin BOOLEAN NOT NULL DEFAULT TRUE',
    );
    expect(await runMigration()).toMatchObject({ exitCode: 0, stderr: '' });
    await expectAllToLogIn([['georgio@email.com', 'Admin123']]);
  });
});

describe('a migration that cannot be', () => {
  it('says which addresses collide, and works once they do not', async () => {
    await createTutorialTable(database.access, []);
    await queryRows(
      database.access,
      'ALTER TABLE user MODIFY email VARCHAR(255) COLLATE utf8mb4_bin NOT NULL',
    );
    await queryRows(
      database.access,
      "INSERT INTO user (email, password) VALUES ('a@email.com', 'Admin123'), ('A@email.com', 'x')",
    );
    const failed = await runMigration();
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(
      /^migration 002-user-text: .* delete one of [aA]@email\.com = [aA]@email\.com, /,
    );
    expect(failed.stderr.trim().split('\n')).toHaveLength(1);
    await queryRows(database.access, "UPDATE user SET email = 'b@email.com' WHERE password = 'x'");
    expect(await runMigration()).toMatchObject({ exitCode: 0, stderr: '' });
    await expectAllToLogIn([['a@email.com', 'Admin123']]);
  });

  it.each<[string, Record<string, string>, number, RegExp]>([
    ['without a server', { MYSQL_PORT: '1' }, 1, /ECONNREFUSED.*MYSQL_HOST/],
    ['with a wrong password', { MYSQL_PASSWORD: 'wrong' }, 1, /MYSQL_USER and MYSQL_PASSWORD/],
    ['without a setting', { MYSQL_USER: '' }, 78, /MYSQL_USER: expected/],
  ])('ends with advice %s', async (_name, settings, exitCode, advice) => {
    const environment = authEnvironment(database.access, settings);
    const end = await ended(spawnEntryPoint('migrate-main', [], environment));
    expect(end.exitCode).toBe(exitCode);
    expect(end.stderr).toMatch(advice);
  });
});

/** The state between the last DDL and the first hash. */
async function createUnhashedTable(): Promise<void> {
  await runMigration();
  await queryRows(database.access, "DELETE FROM auth_migration WHERE name LIKE '004%'");
  for (const user of twelveUsers) {
    await queryRows(database.access, 'INSERT INTO user (email, password) VALUES (?, ?)', [...user]);
  }
}

/** Holds whoever wants to change this row, between the rows before it and those after it. */
async function lockRow(id: number): Promise<{ release(): Promise<void> }> {
  const connection = await createConnection({ ...database.access });
  await connection.query('START TRANSACTION');
  await connection.query(`SELECT id FROM user WHERE id = ${id} FOR UPDATE`);
  return {
    release: async () => {
      await connection.query('ROLLBACK');
      await connection.end();
    },
  };
}
