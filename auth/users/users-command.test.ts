import { spawn } from 'node:child_process';
import { createLogger } from '../../observability/logger';
import { createMysqlDatabase, type TestMysqlDatabase } from '../../local/test-stack';
import { loadUserTableConfig } from '../config';
import { migrate } from '../migrate';
import {
  authEnvironment,
  compiled,
  ended,
  queryRows,
  spawnEntryPoint,
  type Ended,
} from '../test-environment';
import { basic, bearer, startTestService, type TestService } from '../test-service';

let database: TestMysqlDatabase;
let service: TestService;

beforeAll(async () => {
  database = await createMysqlDatabase('users');
  const config = loadUserTableConfig('migrate', authEnvironment(database.access));
  await migrate(config, createLogger('migrate', 'silent'));
  service = await startTestService(database.access);
}, 60_000);

afterAll(async () => {
  await service.stop();
  await database.drop();
});

beforeEach(async () => {
  await queryRows(database.access, 'DELETE FROM user');
});

function users(words: string, stdin = '', settings: Record<string, string> = {}): Promise<Ended> {
  const environment = authEnvironment(database.access, settings);
  return ended(spawnEntryPoint('users-main', words.split(' ').filter(Boolean), environment), stdin);
}

const done = (stdout: RegExp) => ({
  exitCode: 0,
  stderr: '',
  stdout: expect.stringMatching(stdout) as string,
});

async function listed(): Promise<unknown[]> {
  return JSON.parse((await users('list --json')).stdout) as unknown[];
}

/** The claims after a login, or the status of its refusal. */
async function login(email: string, password: string): Promise<object | number> {
  const answer = await service.post('/login', basic(email, password));
  if (answer.status !== 200) return answer.status;
  return JSON.parse((await service.post('/validate', bearer(answer.body))).body) as object;
}

describe('users', () => {
  it('adds a user with the password from standard input', async () => {
    expect(await users('add a@example.com', 'pässword 1\n')).toEqual(
      done(/^added a@example.com, id \d+, rights: admin\n$/),
    );
    expect(await login('a@example.com', 'pässword 1')).toMatchObject({
      admin: true,
      operator: false,
    });
    expect(await users('add b@example.com --operator --no-admin', 'b:\r\n')).toEqual(
      done(/rights: operator\n$/),
    );
    expect(await login('b@example.com', 'b:')).toMatchObject({ admin: false, operator: true });
    expect(await listed()).toEqual([
      {
        id: expect.any(Number) as number,
        email: 'a@example.com',
        admin: true,
        operator: false,
        password: 'hashed',
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
      {
        id: expect.any(Number) as number,
        email: 'b@example.com',
        admin: false,
        operator: true,
        password: 'hashed',
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
    ]);
  });

  it('changes a password', async () => {
    await users('add a@example.com', 'old');
    expect(await users('passwd A@EXAMPLE.com', 'new')).toEqual(
      done(/changed the password of a@example.com/),
    );
    expect(await login('a@example.com', 'old')).toBe(401);
    expect(await login('a@example.com', 'new')).toMatchObject({ username: 'a@example.com' });
  });

  it('renames: the id stays', async () => {
    await users('add a@example.com', 'pw');
    const before = (await login('a@example.com', 'pw')) as { sub: string };
    expect(await users('rename a@example.com b@example.com')).toEqual(done(/renamed/));
    expect(await login('a@example.com', 'pw')).toBe(401);
    expect(await login('b@example.com', 'pw')).toMatchObject({
      username: 'b@example.com',
      sub: before.sub,
    });
    expect(await users('rename b@example.com B@example.com')).toEqual(done(/renamed/));
  });

  it('grants and revokes', async () => {
    await users('add a@example.com', 'pw');
    expect(await users('grant a@example.com operator')).toEqual(done(/is now operator/));
    expect(await login('a@example.com', 'pw')).toMatchObject({ admin: true, operator: true });
    expect(await users('revoke a@example.com admin')).toEqual(done(/is no longer admin/));
    expect(await login('a@example.com', 'pw')).toMatchObject({ admin: false, operator: true });
  });

  it('removes, and a new user of the address is somebody else', async () => {
    await users('add a@example.com', 'pw');
    const before = (await login('a@example.com', 'pw')) as { sub: string };
    expect(await users('remove a@example.com')).toEqual(done(/removed a@example.com/));
    expect(await login('a@example.com', 'pw')).toBe(401);
    expect(await listed()).toEqual([]);
    await users('add a@example.com', 'pw');
    expect(((await login('a@example.com', 'pw')) as { sub: string }).sub).not.toBe(before.sub);
  });

  it('lists for people, without colour in a pipe', async () => {
    expect(await users('list')).toEqual(done(/^no users yet/));
    await users('add a@example.com', 'pw');
    await queryRows(
      database.access,
      "INSERT INTO user (email, password) VALUES ('georgio@email.com', 'Admin123')",
    );
    const { stdout } = await users('list');
    expect(stdout).toMatch(/│ a@example.com +│ yes +│ no +│ hashed +│ \d{4}-\d\d-\d\d │/);
    expect(stdout).toMatch(/│ georgio@email.com │ yes +│ no +│ plain text │/);
    expect(stdout).not.toContain('Admin123');
    expect(stdout).not.toContain('\u001b');
  });

  it.each<[string, string, RegExp]>([
    ['add taken@example.com', '', /there is a user taken@example.com already/],
    ['add TAKEN@example.com', 'pw', /there is a user TAKEN@example.com already/],
    ['add new@example.com', '', /the password is empty/],
    ['add new@example.com', '\n', /the password is empty/],
    ['add new@example.com', 'x'.repeat(73), /73 bytes, and at most 72 count/],
    ['passwd taken@example.com', 'x'.repeat(73), /73 bytes, and at most 72 count/],
    ['add new@example.com', 'two\nlines\n', /control character or a line break/],
    ['add new@example.com', 'x'.repeat(100_000), /standard input is no password: too long/],
    ['add new', 'pw', /expected an e-mail address like name@example.com, got "new"/],
    ['add a@example.com,b@example.com', 'pw', /expected an e-mail address/],
    ['rename taken@example.com new', '', /expected an e-mail address/],
    ['rename taken@example.com other@example.com', '', /there is a user other@example.com already/],
    ['passwd nobody@example.com', 'pw', /there is no user nobody@example.com/],
    ['rename nobody@example.com new@example.com', '', /there is no user/],
    ['grant nobody@example.com operator', '', /there is no user/],
    ['remove nobody@example.com', '', /there is no user/],
  ])('%s: one line and exit code 1', async (words, stdin, line) => {
    await queryRows(
      database.access,
      "INSERT INTO user (email, password) VALUES ('taken@example.com', 'x'), ('other@example.com', 'x')",
    );
    const before = await queryRows(database.access, 'SELECT * FROM user');
    const { exitCode, stdout, stderr } = await users(words, stdin);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(await queryRows(database.access, 'SELECT * FROM user')).toEqual(before);
  });

  it.each([
    [''],
    ['frobnicate'],
    ['add'],
    ['add a@example.com secret'],
    ['add a@example.com --password=secret'],
    ['grant a@example.com root'],
    ['list --jsn'],
  ])('%s: exit code 2 with the usage', async (words) => {
    const { exitCode, stdout, stderr } = await users(words, 'pw');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/usage|error/i);
    expect(await queryRows(database.access, 'SELECT * FROM user')).toEqual([]);
  });

  it.each([['--help'], ['add --help'], ['help grant']])('%s: exit code 0', async (words) => {
    const { exitCode, stdout } = await users(words);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: users');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['without a server', { MYSQL_PORT: '1' }, /cannot use the database .*ECONNREFUSED.*MYSQL_HOST/],
    ['without a setting', { MYSQL_HOST: '' }, /MYSQL_HOST: expected text, got nothing/],
  ])('says what to do %s', async (_name, settings, advice) => {
    const end = await users('list', '', settings);
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toMatch(advice);
  });
});

describe('users at a terminal', () => {
  /** util-linux' `script` gives the command a terminal and returns its exit code with `-e`. */
  async function atTerminal(
    words: string,
    typed: readonly string[],
    settings: Record<string, string> = {},
  ) {
    const command = `${process.execPath} ${compiled('users-main')} ${words}`;
    const environment = {
      ...authEnvironment(database.access, settings),
      PATH: '/usr/bin:/bin',
      TERM: 'xterm',
    };
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: environment });
    let screen = '';
    let asked = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      // One answer for each prompt, once it stands there.
      while (asked < (screen.match(/(Password for .*|Once more): /g) ?? []).length) {
        child.stdin.write(typed[asked] ?? '\u0003');
        asked += 1;
      }
    });
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    return { exitCode, screen };
  }

  it('asks for the password twice and shows nothing of it', async () => {
    const { exitCode, screen } = await atTerminal('add a@example.com', ['S3cret!\r', 'S3cret!\r']);
    expect({ exitCode, screen }).toMatchObject({ exitCode: 0 });
    expect(screen).toMatch(/Password for a@example.com: \s+Once more: \s+added a@example.com/);
    expect(screen).not.toContain('S3c');
    expect(await login('a@example.com', 'S3cret!')).toMatchObject({ admin: true });
  });

  it.each([
    ['two different passwords', ['one\r', 'two\r'], 'the two passwords differ'],
    ['Ctrl-C', ['\u0003'], 'cancelled; nothing was changed'],
    ['Ctrl-D', ['\u0004'], 'cancelled; nothing was changed'],
  ])('changes nothing after %s', async (_name, typed, line) => {
    const { exitCode, screen } = await atTerminal('add a@example.com', typed);
    expect(exitCode).toBe(1);
    expect(screen).toContain(line);
    expect(await queryRows(database.access, 'SELECT * FROM user')).toEqual([]);
  });

  it('uses colour unless NO_COLOR says otherwise', async () => {
    await users('add a@example.com', 'pw');
    expect((await atTerminal('list', [])).screen).toContain('\u001b[');
    expect((await atTerminal('list', [], { NO_COLOR: '1' })).screen).not.toContain('\u001b[');
  });
});
