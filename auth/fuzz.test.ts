import { connect } from 'node:net';
import fc from 'fast-check';
import { createLogger } from '../observability/logger';
import { createMysqlDatabase, type TestMysqlDatabase } from '../local/test-stack';
import { loadUserTableConfig } from './config';
import { migrate } from './migrate';
import { authEnvironment } from './test-environment';
import { startTestService, type TestService } from './test-service';
import { tutorialToken } from './test-tokens';

let database: TestMysqlDatabase;
let service: TestService;

beforeAll(async () => {
  database = await createMysqlDatabase('auth_fuzz');
  const config = loadUserTableConfig('migrate', authEnvironment(database.access));
  await migrate(config, createLogger('migrate', 'silent'));
  service = await startTestService(database.access);
}, 60_000);

afterAll(async () => {
  await service.stop();
  await database.drop();
});

/** Any bytes but those that end a header line. */
const headerBytes = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13)));
const base64OfAnything = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const base64OfText = fc
  .tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
  .map((pair) => Buffer.from(pair.join(':')).toString('base64'));
/** The tutorial's token with one byte changed. */
const nearToken = fc
  .tuple(fc.nat({ max: tutorialToken().length - 1 }), fc.integer({ min: 33, max: 126 }))
  .map(([at, byte]) => {
    const token = Buffer.from(tutorialToken());
    token[at] = byte;
    return token;
  });
const credentials = fc.oneof(headerBytes, base64OfAnything, base64OfText, nearToken);
const scheme = fc.constantFrom('', 'Basic ', 'basic ', 'Bearer ', 'Basic', 'Token ', '\t');

it('no Authorization header makes a 5xx or an answer without a status', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/login', '/validate'),
      scheme,
      credentials,
      async (path, word, rest) => {
        const status = await statusOf(path, Buffer.concat([Buffer.from(word), Buffer.from(rest)]));
        expect([200, 400, 401, 403]).toContain(status);
        if (path === '/login') expect(status).not.toBe(200);
      },
    ),
    { numRuns: 2_000 },
  );
  expect((await service.admin('/readyz')).status).toBe(200);
}, 60_000);

/** Over a bare socket, because an HTTP client would refuse to send most of these. */
function statusOf(path: string, authorization: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(service.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (answer += text));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]));
    });
    const head = `POST ${path} HTTP/1.1\r\nHost: auth\r\nConnection: close\r\nAuthorization: `;
    socket.write(Buffer.concat([Buffer.from(head), authorization, Buffer.from('\r\n\r\n')]));
  });
}
