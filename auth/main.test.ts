import { once } from 'node:events';
import { createMysqlDatabase, type TestMysqlDatabase } from '../local/test-stack';
import { authEnvironment, ended, spawnEntryPoint } from './test-environment';

let database: TestMysqlDatabase;

beforeAll(async () => {
  database = await createMysqlDatabase('auth_main');
}, 60_000);

afterAll(async () => {
  await database.drop();
});

describe('the auth process', () => {
  it('warns of a weak secret, listens, and ends cleanly on SIGTERM', async () => {
    const environment = authEnvironment(database.access, { JWT_SECRET: 'sarcasm12' });
    const child = spawnEntryPoint('main', [], environment);
    const end = ended(child);
    let log = '';
    while (!log.includes('auth listens')) {
      log += String((await once(child.stdout, 'data'))[0]);
    }
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ exitCode: 0, stderr: '' });
    expect(log).toMatch(/"level":"warn".*JWT_SECRET: expected at least 32 bytes, got 9/);
  });

  it.each<[string, Record<string, string>, RegExp[]]>([
    [
      'a weak secret in production',
      { NODE_ENV: 'production', JWT_SECRET: 'sarcasm12' },
      [/JWT_SECRET/],
    ],
    ['two settings missing', { MYSQL_HOST: '', JWT_SECRET: '' }, [/MYSQL_HOST/, /JWT_SECRET/]],
  ])('does not start with %s', async (_name, settings, problems) => {
    const child = spawnEntryPoint('main', [], authEnvironment(database.access, settings));
    const { exitCode, stderr } = await ended(child);
    expect(exitCode).toBe(78);
    for (const problem of problems) expect(stderr).toMatch(problem);
    expect(stderr).not.toContain('sarcasm12');
  });
});
