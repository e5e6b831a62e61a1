import { connect, type Channel, type ChannelModel } from 'amqplib';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../../local/free-port';
import { callManagement } from '../../local/servers/rabbitmq-urls';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { uniqueName } from '../../local/test-stack';
import { buildTopology, deadQueue, type Topology } from '../topology';
import { applyPolicies, findMissingPolicies } from './apply-policies';
import { declareTopology } from './declare-topology';
import { ManagementFailed } from './management-api';

const topology = buildTopology({ video: 'video', mp3: 'mp3.of.ours' }, [200]);
/** As ours, with the one number changed that would make a test take fifty deliveries. */
const deliveryLimit = 2;
const hasty: Topology = {
  ...topology,
  policies: topology.policies.map((policy) => ({
    ...policy,
    definition: { ...policy.definition, 'delivery-limit': deliveryLimit },
  })),
};

let broker: TestBroker;
let connection: ChannelModel;

beforeEach(async () => {
  broker = await openTestBroker();
  connection = await connect(broker.vhost.url);
  await declareTopology(connection, topology);
}, 60_000);

afterEach(async () => {
  await connection.close();
  await broker.close();
});

/** The policy in effect on each queue that has one. */
async function governing(): Promise<Record<string, string>> {
  // Without its statistics, which are seconds old, the broker tells what holds now.
  const path = `/api/queues/${broker.vhost.name}?disable_stats=true`;
  const queues = (await callManagement(broker.vhost.api, 'GET', path)) as {
    name: string;
    policy?: string | null;
  }[];
  return Object.fromEntries(
    queues.flatMap(({ name, policy }) => (typeof policy === 'string' ? [[name, policy]] : [])),
  );
}

const inEffect = (policy: string) =>
  eventually(
    `policy ${policy} on a queue`,
    async () => Object.values(await governing()).includes(policy) || undefined,
  );

test('the broker has the policies as the topology has them, on the work and the dead-letter queues and no other', async () => {
  const { api, name: vhost } = broker.vhost;
  for (const queue of ['old-video', 'video2', 'mp3-of-ours']) {
    await broker.channel.assertQueue(queue, { arguments: { 'x-queue-type': 'quorum' } });
  }
  expect(await findMissingPolicies(api, vhost, topology)).toEqual([
    { policy: 'video-work', kind: 'absent' },
    { policy: 'video-dead', kind: 'absent' },
    { policy: 'mp3.of.ours-work', kind: 'absent' },
    { policy: 'mp3.of.ours-dead', kind: 'absent' },
    { policy: 'mp3.of.ours.failed-work', kind: 'absent' },
    { policy: 'mp3.of.ours.failed-dead', kind: 'absent' },
  ]);
  await applyPolicies(api, vhost, topology);
  await applyPolicies(api, vhost, topology);
  expect(await findMissingPolicies(api, vhost, topology)).toEqual([]);
  for (const { name } of topology.policies) await inEffect(name);
  expect(await governing()).toEqual({
    video: 'video-work',
    'video.dead': 'video-dead',
    'mp3.of.ours': 'mp3.of.ours-work',
    'mp3.of.ours.dead': 'mp3.of.ours-dead',
    'mp3.of.ours.failed': 'mp3.of.ours.failed-work',
    'mp3.of.ours.failed.dead': 'mp3.of.ours.failed-dead',
  });
});

test('a classic queue gets none of them, which is why no code of ours may rely on them', async () => {
  const { api, name: vhost } = broker.vhost;
  await broker.channel.deleteQueue('video');
  await broker.channel.assertQueue('video');
  await applyPolicies(api, vhost, topology);
  await inEffect('mp3.of.ours-work');
  expect(await governing()).not.toHaveProperty('video');
});

test("ours wins over a deployer's catch-all; a changed one is told and put right", async () => {
  const { api, name: vhost } = broker.vhost;
  await callManagement(api, 'PUT', `/api/policies/${vhost}/everything`, {
    pattern: '.*',
    definition: { 'max-length': 1_000_000 },
    priority: 0,
  });
  await inEffect('everything');
  await applyPolicies(api, vhost, hasty);
  expect(await findMissingPolicies(api, vhost, topology)).toEqual(
    topology.policies.map(({ name }) => ({ policy: name, kind: 'different' })),
  );
  await applyPolicies(api, vhost, topology);
  expect(await findMissingPolicies(api, vhost, topology)).toEqual([]);
  for (const { name } of topology.policies) await inEffect(name);
  expect(await governing()).toMatchObject({
    video: 'video-work',
    'video.retry.200ms': 'everything',
  });
});

/** Takes every delivery of `queue` and gives it back, each in the way given, until `stop`. */
async function rejectAll(queue: string, giveBack: (channel: Channel, message: never) => void) {
  const channel = await connection.createChannel();
  const deliveries = new Map<string, number>();
  await channel.prefetch(3);
  await channel.consume(queue, (message) => {
    if (message === null) return;
    const id = String(message.properties.messageId);
    deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
    giveBack(channel, message as never);
  });
  return { deliveries, stop: () => channel.close() };
}

const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);

test.each([
  [
    'reject',
    (channel: Channel, message: never) => {
      channel.reject(message, true);
    },
  ],
  [
    'nack',
    (channel: Channel, message: never) => {
      channel.nack(message, false, true);
    },
  ],
])(
  'a message that a consumer gives back (%s) beyond the limit becomes a dead letter; none is lost',
  async (_, giveBack) => {
    await applyPolicies(broker.vhost.api, broker.vhost.name, hasty);
    await inEffect('video-work');
    for (const id of ids) await broker.publish('video', { id }, { messageId: id });
    const consumer = await rejectAll('video', giveBack);
    const dead = new Map<string, unknown>();
    while (dead.size < ids.length) {
      const { content, properties } = await broker.take(deadQueue('video'));
      expect(dead.has(String(properties.messageId))).toBe(false);
      expect(properties).toMatchObject({ deliveryMode: 2 });
      expect(properties.headers).toMatchObject({
        'x-first-death-queue': 'video',
        'x-first-death-reason': 'delivery_limit',
      });
      dead.set(String(properties.messageId), JSON.parse(content.toString()));
    }
    await consumer.stop();
    expect([...dead.keys()].sort()).toEqual([...ids].sort());
    for (const id of ids) {
      expect(dead.get(id)).toEqual({ id });
      expect(consumer.deliveries.get(id)).toBe(deliveryLimit + 1);
    }
    expect(await broker.counts(topology)).toEqual({});
  },
);

test('a dead letter outlives more returned deliveries than the broker allows of itself', async () => {
  const { api, name: vhost } = broker.vhost;
  await applyPolicies(api, vhost, topology);
  await inEffect('video-dead');
  const messageId = 'dead-letter';
  await broker.publish('video.dead', 1, { messageId });
  const channel = await connection.createChannel();
  for (let returned = 0; returned < 40; returned += 1) {
    const message = await eventually('the dead letter', async () => {
      const got = await channel.get('video.dead');
      return got === false ? undefined : got;
    });
    channel.nack(message, false, true);
  }
  await channel.close();
  expect((await broker.take('video.dead')).properties).toMatchObject({
    messageId,
    headers: { 'x-delivery-count': 40 },
  });
});

test('the limit of a dead-letter queue is the one of its policy: a lower one drops the letter', async () => {
  await applyPolicies(broker.vhost.api, broker.vhost.name, hasty);
  await inEffect('video-dead');
  for (const id of ids) await broker.publish('video.dead', { id }, { messageId: id });
  const consumer = await rejectAll('video.dead', (channel, message) => {
    channel.nack(message, false, true);
  });
  const lastDeliveries = () => [...consumer.deliveries.values()];
  await eventually('every last delivery', () =>
    Promise.resolve(
      (consumer.deliveries.size === ids.length &&
        lastDeliveries().every((count) => count === deliveryLimit + 1)) ||
        undefined,
    ),
  );
  await consumer.stop();
  expect(await broker.counts(topology)).toEqual({});
});

test('a message rejected for good becomes a dead letter at once', async () => {
  await applyPolicies(broker.vhost.api, broker.vhost.name, topology);
  await inEffect('mp3.of.ours-work');
  await broker.publish('mp3.of.ours', 1, { messageId: 'bad' });
  const consumer = await rejectAll('mp3.of.ours', (channel, message) => {
    channel.reject(message, false);
  });
  const { properties } = await broker.take('mp3.of.ours.dead');
  expect(properties).toMatchObject({
    messageId: 'bad',
    headers: { 'x-first-death-reason': 'rejected' },
  });
  await consumer.stop();
  expect(consumer.deliveries).toEqual(new Map([['bad', 1]]));
  expect(await broker.counts(topology)).toEqual({});
});

describe('errors say what to do and never the password', () => {
  const failing = async (
    change: Partial<TestBroker['vhost']['api']>,
    vhost = broker.vhost.name,
  ) => {
    const failed = applyPolicies({ ...broker.vhost.api, ...change }, vhost, topology).then(
      () => {
        throw new Error('the call succeeded');
      },
      (error: unknown) => error,
    );
    const error = await failed;
    expect(error).toBeInstanceOf(ManagementFailed);
    const { message } = error as ManagementFailed;
    expect(message).not.toContain(change.password ?? broker.vhost.api.password);
    return message;
  };

  test('nobody there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await failing({ url })).toMatch(
      /no answer .* at http:\/\/127.*ECONNREFUSED.*15672.*rabbitmq-plugins enable/,
    );
  });

  test('the AMQP port', async () => {
    const { port } = new URL(broker.vhost.url);
    expect(await failing({ url: `http://127.0.0.1:${port}` })).toContain('not the AMQP port');
  });

  test.each([
    ['a page', '<html>', "something else than RabbitMQ's management API is at"],
    ['other JSON', '[{"title": "x"}]', 'is not what RabbitMQ 3.10 to 4.x sends'],
  ])('%s in place of the list', async (_, answer, said) => {
    const server = createServer((_request, response) => response.end(answer));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const found = findMissingPolicies({ ...broker.vhost.api, url }, 'v', topology);
      await expect(found).rejects.toThrow(said);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('a wrong password', async () => {
    expect(await failing({ password: 'wrong-password' })).toMatch(
      /401 to PUT .*\/api\/policies\/.*Login failed.*Check user and password/,
    );
  });

  test('a user without the right', async () => {
    const { api } = broker.vhost;
    const user = uniqueName('looker');
    await callManagement(api, 'PUT', `/api/users/${user}`, {
      password: 'pw-pw',
      tags: 'management',
    });
    try {
      expect(await failing({ user, password: 'pw-pw' })).toContain(
        `rabbitmqctl set_user_tags ${user} policymaker`,
      );
    } finally {
      await callManagement(api, 'DELETE', `/api/users/${user}`);
    }
  });

  test('an unknown virtual host', async () => {
    expect(await failing({}, 'no/such')).toMatch(/404 to PUT .*no%2Fsuch.*rabbitmqctl list_vhosts/);
  });

  test('a policy the broker does not take', async () => {
    const [policy] = topology.policies;
    if (policy === undefined) throw new Error('no policies');
    const wrong = { ...topology, policies: [{ ...policy, pattern: '(' }] };
    const applied = applyPolicies(broker.vhost.api, broker.vhost.name, wrong);
    await expect(applied).rejects.toThrow(/400 .*pattern should be regular expression/s);
  });
});
