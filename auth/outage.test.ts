import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createLogger } from '../observability/logger';
import { startPrivateStack, type PrivateStack } from '../local/private-stack';
import { mysqlAccess, type MysqlAccess } from '../local/servers/mariadb';
import { createMysqlDatabase, type TestMysqlDatabase } from '../local/test-stack';
import { loadUserTableConfig } from './config';
import { migrate } from './migrate';
import { authEnvironment, createTutorialTable, until } from './test-environment';
import { basic, bearer, startTestService, type TestService } from './test-service';
import { tutorialToken } from './test-tokens';

const credentials = basic('georgio@email.com', 'Admin123');

async function prepare(access: MysqlAccess): Promise<void> {
  await createTutorialTable(access, [['georgio@email.com', 'Admin123']]);
  const config = loadUserTableConfig('migrate', authEnvironment(access));
  await migrate(config, createLogger('migrate', 'silent'));
}

async function expectOutage(service: TestService): Promise<void> {
  const text = await service.post('/login', credentials);
  expect(text).toMatchObject({ status: 503, body: 'service unavailable' });
  expect(text.headers['retry-after']).toBe('5');
  const json = await service.post('/login', { ...credentials, accept: 'application/json' });
  expect(JSON.parse(json.body)).toMatchObject({ status: 503, detail: 'service unavailable' });
  expect((await service.post('/validate', bearer(tutorialToken()))).status).toBe(200);
  expect((await service.admin('/livez')).status).toBe(200);
  expect((await service.admin('/readyz')).status).toBe(503);
  expect((await service.admin('/metrics')).body).toMatch(/logins_total\{result="failed"\} [2-9]/);
}

async function expectRecovery(service: TestService): Promise<void> {
  await until(async () => (await service.admin('/readyz')).status === 200);
  expect((await service.post('/login', credentials)).status).toBe(200);
}

describe('a MySQL server that restarts', () => {
  let stack: PrivateStack;
  let service: TestService;

  beforeAll(async () => {
    stack = await startPrivateStack('mariadb');
    await prepare(mysqlAccess(stack.config));
    service = await startTestService(mysqlAccess(stack.config));
  }, 60_000);

  afterAll(async () => {
    await service.stop();
    await stack.close();
  }, 60_000);

  it.each(['stop', 'crash'] as const)(
    'after a %s is found again',
    async (end) => {
      expect((await service.post('/login', credentials)).status).toBe(200);
      await stack[end]('mariadb');
      await expectOutage(service);
      await stack.start('mariadb');
      await expectRecovery(service);
    },
    60_000,
  );

  it('may come up after us', async () => {
    await stack.stop('mariadb');
    const early = await startTestService(mysqlAccess(stack.config));
    try {
      await expectOutage(early);
      await stack.start('mariadb');
      await expectRecovery(early);
    } finally {
      await early.stop();
    }
  }, 60_000);
});

describe('a network that swallows everything', () => {
  let database: TestMysqlDatabase;
  let wire: SilentWire;

  beforeAll(async () => {
    database = await createMysqlDatabase('outage');
    await prepare(database.access);
    wire = await SilentWire.to(database.access);
  }, 60_000);

  afterAll(async () => {
    await wire.close();
    await database.drop();
  });

  it('is a 503 as well, and the connections of before are not used again', async () => {
    const access = { ...database.access, port: wire.port };
    const service = await startTestService(access, { MYSQL_TIMEOUT_MS: '300' });
    try {
      expect((await service.post('/login', credentials)).status).toBe(200);
      wire.swallow();
      await expectOutage(service);
      wire.deliverToNewConnections();
      await expectRecovery(service);
    } finally {
      await service.stop();
    }
  });
});

it('a database nobody has migrated is an outage that says what to do', async () => {
  const database = await createMysqlDatabase('unmigrated');
  const service = await startTestService(database.access);
  try {
    await expectOutage(service);
    const { body } = await service.admin('/readyz');
    expect(body).toContain('run the auth migration; missing: 001-user-table');
  } finally {
    await service.stop();
    await database.drop();
  }
}, 60_000);

/** A TCP proxy that can stop passing bytes while it keeps every connection open. */
class SilentWire {
  readonly #sockets = new Set<Socket>();
  #silent = false;

  static async to(target: { host: string; port: number }): Promise<SilentWire> {
    const server = createServer();
    const wire = new SilentWire(server);
    server.on('connection', (client) => {
      wire.#join(client, connect(target.port, target.host));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  private constructor(private readonly server: Server) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  swallow(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.removeAllListeners('data').pause();
  }

  deliverToNewConnections(): void {
    this.#silent = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      if (!this.#silent) from.on('data', (bytes) => to.write(bytes));
    }
  }
}
