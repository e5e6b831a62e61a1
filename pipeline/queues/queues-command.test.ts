import { openTestBroker, type TestBroker } from '../../local/test-broker';
import { queuesCommand } from './queues-command';

let broker: TestBroker;

beforeEach(async () => {
  broker = await openTestBroker();
}, 60_000);

afterEach(async () => {
  await broker.close();
});

async function queues(
  ...args: string[]
): Promise<{ exitCode: number; said: string; complained: string }> {
  const said: string[] = [];
  const complained: string[] = [];
  const { url, user, password } = broker.vhost.api;
  const environment = {
    RABBITMQ_URL: broker.vhost.url,
    RABBITMQ_MANAGEMENT_URL: url,
    RABBITMQ_MANAGEMENT_USER: user,
    RABBITMQ_MANAGEMENT_PASSWORD: password,
    RETRY_DELAYS_MS: '100',
  };
  const exitCode = await queuesCommand(args, environment, {
    say: (line) => said.push(line),
    complain: (line) => complained.push(line),
    color: false,
  });
  return { exitCode, said: said.join('\n'), complained: complained.join('\n') };
}

async function shapes(): Promise<Record<string, string>> {
  const { said } = await queues('status', '--json');
  const statuses = JSON.parse(said) as { queue: string; shape: string }[];
  return Object.fromEntries(statuses.map(({ queue, shape }) => [queue, shape]));
}

it('shows an empty broker without making a queue', async () => {
  expect(new Set(Object.values(await shapes()))).toEqual(new Set(['missing']));
  expect(new Set(Object.values(await shapes()))).toEqual(new Set(['missing']));
});

it('declares queues and policies, and finds nothing to do the second time', async () => {
  const first = await queues('apply');
  expect(first).toMatchObject({ exitCode: 0, complained: '' });
  expect(first.said).toContain('policy video-work: added');
  expect(new Set(Object.values(await shapes()))).toEqual(new Set(['as-declared']));
  expect((await queues('apply')).said).toBe('9 of 9 queues as declared, policies in place');
});

it('shows a tutorial queue as different, and migrates it with its messages', async () => {
  await broker.channel.assertQueue('video', { durable: true });
  await broker.publish('video', 'kept');
  expect(await shapes()).toMatchObject({ video: 'different' });
  expect((await queues('apply')).said).toContain('video is used as it is');
  expect((await queues('migrate')).said).toContain('video: migrated, 1 messages kept');
  expect(await shapes()).toMatchObject({ video: 'as-declared' });
  expect((await queues('status')).said).toMatch(/video +│ as-declared │ 1 +│ 0/);
});

it.each([
  ['--help', 0],
  ['status --help', 0],
  ['', 2],
  ['nonsense', 2],
  ['status --nonsense', 2],
])('answers %j with exit code %i', async (args, exitCode) => {
  expect((await queues(...args.split(' ').filter((arg) => arg !== ''))).exitCode).toBe(exitCode);
});

it('says in one line when there is no broker', async () => {
  const complained: string[] = [];
  const environment = { RABBITMQ_URL: 'amqp://127.0.0.1:1' };
  const exitCode = await queuesCommand(['status'], environment, {
    say: () => undefined,
    complain: (line) => complained.push(line),
    color: false,
  });
  expect(exitCode).toBe(1);
  expect(complained).toHaveLength(1);
  expect(complained[0]).toContain('no connection to RabbitMQ');
});
