import { compare, hash } from 'bcrypt';
import type { TokenClaims } from '../contracts/token-claims';
import { createLogger } from '../observability/logger';
import { createMysqlDatabase, type TestMysqlDatabase } from '../local/test-stack';
import { loadUserTableConfig } from './config';
import { migrate } from './migrate';
import { authEnvironment, queryRows } from './test-environment';
import { basic, bearer, startTestService, type Answer, type TestService } from './test-service';
import { refusedTokens, tutorialToken } from './test-tokens';

let database: TestMysqlDatabase;
let service: TestService;

beforeAll(async () => {
  database = await createMysqlDatabase('auth');
  const config = loadUserTableConfig('migrate', authEnvironment(database.access));
  await migrate(config, createLogger('migrate', 'silent'));
  await insert('listener@example.com', await hash('p:ä€:w', 4));
  await insert('operator@example.com', await hash('x'.repeat(72), 4), { admin: 0, operator: 1 });
  service = await startTestService(database.access);
}, 60_000);

afterAll(async () => {
  await service.stop();
  await database.drop();
});

describe('POST /login', () => {
  it('answers the token as plain text, and /validate its claims', async () => {
    const login = await service.post('/login', basic('listener@example.com', 'p:ä€:w'));
    expect(login).toMatchObject({ status: 200 });
    expect(login.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(login.body).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const validate = await service.post('/validate', bearer(login.body));
    expect(validate.status).toBe(200);
    const [row] = await queryRows(database.access, 'SELECT id FROM user WHERE email LIKE "l%"');
    expect(JSON.parse(validate.body)).toEqual({
      username: 'listener@example.com',
      admin: true,
      operator: false,
      sub: String(row?.['id']),
      iat: expect.any(Number) as number,
      exp: expect.any(Number) as number,
    });
  });

  it('puts the stored spelling and the rights of the row into the token', async () => {
    const { body } = await service.post('/login', basic('OPERATOR@Example.com', 'x'.repeat(72)));
    const claims = await claimsOf(body);
    expect(claims).toMatchObject({
      username: 'operator@example.com',
      admin: false,
      operator: true,
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['no header', {}, 'missing credentials'],
    ['an empty header', { authorization: '' }, 'missing credentials'],
    ['the scheme alone', { authorization: 'Basic' }, 'missing credentials'],
    ['a wrong scheme', bearer('a.b.c'), 'missing credentials'],
    ['malformed base64', { authorization: 'Basic %%%' }, 'missing credentials'],
    ['no colon', { authorization: 'Basic bm9jb2xvbg==' }, 'missing credentials'],
    ['an unknown user', basic('nobody@example.com', 'p:ä€:w'), 'invalid credentials'],
    ['an unknown user beyond the BMP', basic('😀@example.com', 'p'), 'invalid credentials'],
    ['a wrong password', basic('listener@example.com', 'p'), 'invalid credentials'],
    ['the password in other case', basic('listener@example.com', 'P:ä€:W'), 'invalid credentials'],
    ['no password', basic('listener@example.com', ''), 'invalid credentials'],
    ['no user', basic('', 'p'), 'invalid credentials'],
    [
      '73 bytes that begin right',
      basic('operator@example.com', 'x'.repeat(73)),
      'invalid credentials',
    ],
    ['SQL', basic("' OR '1'='1", "' OR '1'='1"), 'invalid credentials'],
    ['a user longer than the column', basic('a'.repeat(5000), 'p'), 'invalid credentials'],
    ['a NUL', basic('listener@example.com\0', 'p:ä€:w\0'), 'invalid credentials'],
  ])('with %s is 401', async (_name, headers, body) => {
    const answer = await service.post('/login', headers);
    expectText(answer, 401, body);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="video-to-mp3", charset="UTF-8"');
  });
});

describe('POST /validate', () => {
  it("accepts the tutorial's token", async () => {
    expect(await claimsOf(tutorialToken())).toMatchObject({ username: 'a@x.com', admin: true });
  });

  it.each<[string, Record<string, string>]>([
    ['no header', {}],
    ['the scheme alone', { authorization: 'Bearer' }],
    ['Basic', { authorization: `Basic ${tutorialToken()}` }],
    ['Token', { authorization: `Token ${tutorialToken()}` }],
    ['no scheme', { authorization: tutorialToken() }],
  ])('with %s is 401', async (_name, headers) => {
    expectText(await service.post('/validate', headers), 401, 'missing credentials');
  });

  it.each(refusedTokens)('is 403 with a token: %s', async (_name, token) => {
    expectText(await service.post('/validate', bearer(token())), 403, 'not authorized');
  });
});

describe('every answer', () => {
  it.each([
    ['POST', '/login', 401, 'missing credentials', 'Unauthorized'],
    ['POST', '/nowhere', 404, 'not found', 'Not Found'],
    ['GET', '/login', 405, 'method not allowed', 'Method Not Allowed'],
    ['DELETE', '/validate', 405, 'method not allowed', 'Method Not Allowed'],
    ['POST', '/%ff', 404, 'not found', 'Not Found'],
  ])(
    'to %s %s is text, or a problem (RFC 9457) for a JSON client',
    async (method, path, status, detail, title) => {
      const text = await service.send(method, path, {});
      expectText(text, status, detail);
      expect(text.headers['x-powered-by']).toBeUndefined();
      for (const accept of [
        'application/json',
        'application/problem+json',
        'application/json, */*;q=0.5',
      ]) {
        const json = await service.send(method, path, { accept });
        expect(json.headers['content-type']).toBe('application/problem+json; charset=utf-8');
        expect(json.status).toBe(status);
        expect(JSON.parse(json.body)).toEqual({ type: 'about:blank', title, status, detail });
      }
    },
  );

  it('ignores a small body and refuses a large one', async () => {
    const credentials = { ...basic('listener@example.com', 'p:ä€:w'), connection: 'keep-alive' };
    const small = await service.send('POST', '/login', credentials, Buffer.alloc(1000));
    expect(small.status).toBe(200);
    expect(small.headers.connection).toBe('keep-alive');
    const large = await service.send('POST', '/login', credentials, Buffer.alloc(20_000));
    expectText(large, 413, 'request too large');
    expect(large.headers.connection).toBe('close');
  });

  it('takes every header the gateway can pass on, and refuses headers beyond 32 KiB', async () => {
    const gatewayLimit = basic('listener@example.com', 'x'.repeat(12_000));
    expect(gatewayLimit.authorization.length).toBeGreaterThan(16_000);
    expectText(await service.post('/login', gatewayLimit), 401, 'invalid credentials');
    expect((await service.post('/login', { 'x-long': 'x'.repeat(33_000) })).status).toBe(431);
  });
});

describe('a row inserted with a plain-text password', () => {
  const passwordOf = async (email: string): Promise<string> => {
    const rows = await queryRows(database.access, 'SELECT password FROM user WHERE email = ?', [
      email,
    ]);
    return rows[0]?.['password'] as string;
  };

  it.each([
    ['of the usual kind', 'georgio@email.com', 'Admin123'],
    ['longer than bcrypt reads', 'long@email.com', 'x'.repeat(100)],
  ])('%s logs in, is hashed then, and logs in again', async (_name, email, password) => {
    await insert(email, password);
    expect((await service.post('/login', basic(email, `${password}!`))).status).toBe(401);
    expect(await passwordOf(email)).toBe(password);
    expect((await service.post('/login', basic(email, password))).status).toBe(200);
    expect(await passwordOf(email)).toMatch(/^(sha256\+)?\$2b\$04\$/);
    expect((await service.post('/login', basic(email, password))).status).toBe(200);
    expect((await service.post('/login', basic(email, `${password}!`))).status).toBe(401);
  });

  it.each<[string, Record<string, string>]>([
    ['PLAIN_TEXT_PASSWORDS=false', { PLAIN_TEXT_PASSWORDS: 'false' }],
    ['NODE_ENV=production', { NODE_ENV: 'production', BCRYPT_COST: '10' }],
  ])('is refused and left alone with %s', async (_name, settings) => {
    const email = `strict-${String(settings['NODE_ENV'])}@email.com`;
    await insert(email, 'Admin123');
    const strict = await startTestService(database.access, settings);
    try {
      const answer = await strict.post('/login', basic(email, 'Admin123'));
      expectText(answer, 401, 'invalid credentials');
      expect(await passwordOf(email)).toBe('Admin123');
    } finally {
      await strict.stop();
    }
  });

  it('does not undo a change of the password that happens meanwhile', async () => {
    await insert('race@email.com', 'Admin123');
    const newer = await hash('newer', 4);
    const changesMeanwhile = await startTestService(
      database.access,
      {},
      {
        compare,
        hash: async (password, cost) => {
          if (password === 'Admin123') {
            await queryRows(database.access, 'UPDATE user SET password = ? WHERE email = ?', [
              newer,
              'race@email.com',
            ]);
          }
          return hash(password, cost);
        },
      },
    );
    try {
      expect(
        (await changesMeanwhile.post('/login', basic('race@email.com', 'Admin123'))).status,
      ).toBe(200);
      expect(await passwordOf('race@email.com')).toBe(newer);
    } finally {
      await changesMeanwhile.stop();
    }
  });
});

it('hashes again at the next login when the work factor has changed', async () => {
  await insert('cost@email.com', await hash('Admin123', 5));
  expect((await service.post('/login', basic('cost@email.com', 'Admin123'))).status).toBe(200);
  const [row] = await queryRows(
    database.access,
    'SELECT password FROM user WHERE email = "cost@email.com"',
  );
  expect(row?.['password']).toMatch(/^\$2b\$04\$/);
});

describe('the log', () => {
  it("says how a login ended, with the gateway's request id and without any secret", async () => {
    const credentials = basic('listener@example.com', 'p:ä€:w');
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const origin = { 'x-request-id': 'from-the-gateway.1', 'trace-id': traceId };
    await service.post('/login', { ...credentials, ...origin });
    expect(service.log.at(-1)).toMatchObject({
      msg: 'login granted',
      requestId: 'from-the-gateway.1',
      traceId,
      userId: 1,
    });
    const odd = { ...basic('nobody@example.com', 'hush'), 'x-request-id': '{"a": 1}' };
    await service.post('/login', odd);
    expect(service.log.at(-1)).toMatchObject({ msg: 'login refused', why: 'unknown-user' });
    expect(service.log.at(-1)).not.toHaveProperty('requestId');
    const fresh = expect.stringMatching(/^(?!0af7)[0-9a-f]{32}$/) as string;
    expect(service.log.at(-1)).toMatchObject({ traceId: fresh });
    expect(JSON.stringify(service.log)).not.toMatch(/hush|p:ä€:w|example\.com|eyJ/);
  });
});

describe('the admin port', () => {
  it('counts logins and requests', async () => {
    const counted = await startTestService(database.access);
    try {
      await counted.post('/login', basic('listener@example.com', 'p:ä€:w'));
      await counted.post('/login', basic('listener@example.com', 'wrong'));
      await counted.post('/login');
      await counted.post('/somebody%2fs/path');
      const { body } = await counted.admin('/metrics');
      expect(body).toContain('logins_total{result="ok"} 1\n');
      expect(body).toContain('logins_total{result="refused"} 1\n');
      expect(body).toContain(
        'http_requests_total{route="/login",method="POST",status_class="4xx"} 2\n',
      );
      expect(body).toContain(
        'http_requests_total{route="none",method="POST",status_class="4xx"} 1\n',
      );
      expect(body).not.toContain('somebody');
      // The dummy hash, made once, and a comparison for each login that named somebody.
      expect(body).toContain('bcrypt_duration_seconds_count 3\n');
    } finally {
      await counted.stop();
    }
  });

  it('is ready and alive', async () => {
    expect(await service.admin('/livez')).toMatchObject({ status: 200 });
    expect(await service.admin('/readyz')).toMatchObject({ status: 200 });
  });
});

async function claimsOf(token: string): Promise<TokenClaims> {
  const answer = await service.post('/validate', bearer(token));
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body) as TokenClaims;
}

function expectText(answer: Answer, status: number, body: string): void {
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body });
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
}

async function insert(email: string, password: string, rights = { admin: 1, operator: 0 }) {
  await queryRows(
    database.access,
    `INSERT INTO user (email, password, admin, operator) VALUES (?, ?, ${rights.admin}, ${rights.operator})`,
    [email, password],
  );
}
