import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import { once } from 'node:events';
import { createVhost, type TestVhost } from '../../local/test-stack';
import { callManagement } from '../../local/servers/rabbitmq-urls';
import { ConfirmedPublisher, PublishFailed } from './confirmed-publisher';
import { openTestLink, type TestLink } from './test-link';
import { openTestQueues, until, type TestQueues } from './test-queues';

let vhost: TestVhost;
let queues: TestQueues;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  vhost = await createVhost();
  queues = await openTestQueues(vhost.url);
}, 60_000);

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

afterAll(async () => {
  await queues.close();
  await vhost.drop();
});

function open(timeoutMs: number, url = vhost.url) {
  const connection = connect([url], { reconnectTimeInSeconds: 0.05 });
  const publisher = new ConfirmedPublisher(connection, timeoutMs);
  opened.push(connection, publisher);
  return { connection, publisher };
}

const outcomeOf = (publication: Promise<void>) =>
  publication.then(
    () => 'confirmed',
    (error: unknown) => (error instanceof PublishFailed ? error.outcome : error),
  );

test('403', async () => {
  await queues.make('q403');
  const { publisher, connection } = open(2_000);
  const permission = { configure: '.*', write: '.*', read: '.*' };
  await callManagement(vhost.api, 'PUT', `/api/permissions/${vhost.name}/video-to-mp3`, {...permission, write: '^nothing$'});
  for (const i of [1,2,3]) console.log(await publisher.publish({ queue: 'q403', body: {}, messageId: 'b' }).then(String, String), connection.isConnected());
  await callManagement(vhost.api, 'PUT', `/api/permissions/${vhost.name}/video-to-mp3`, permission);
  for (const i of [1,2,3]) console.log(await publisher.publish({ queue: 'q403', body: {}, messageId: 'b' }).then(String, String), connection.isConnected());
  console.log((await queues.takeAll('q403')).length);
}, 30_000);

test('channelMax', async () => {
  const { publisher, connection } = open(2_000, vhost.url + '?channelMax=1');
  await publisher.publish({ queue: 'q403', body: {}, messageId: 'a' });
  const second = new ConfirmedPublisher(connection, 1_000);
  console.log(await second.publish({ queue: 'q403', body: {}, messageId: 'b' }).then(String, String), connection.isConnected());
}, 30_000);

test('link', async () => {
  const link = await openTestLink(vhost.url);
  const { publisher, connection } = open(1_000, link.url);
  await publisher.publish({ queue: 'q403', body: {}, messageId: 'a' });
  await link.cut();
  console.log(await publisher.publish({ queue: 'q403', body: {}, messageId: 'lost' }).then(String, String), connection.isConnected());
  await link.mend();
  console.log(await publisher.publish({ queue: 'q403', body: {}, messageId: 'c' }).then(String, String), connection.isConnected());
  const p = Array.from({length: 50}, (_, i) => publisher.publish({ queue: 'q403', body: {}, messageId: 'd' + i }));
  await new Promise((r) => setImmediate(r));
  void link.cut();
  console.log(await Promise.all(p.map(p => p.then(String, String))));
  await link.mend();
  console.log(await publisher.publish({ queue: 'q403', body: {}, messageId: 'e' }).then(String, String), connection.isConnected());
  console.log((await queues.takeAll('q403')).map((m) => m.properties.messageId));
  await connection.close();
  await link.cut();
}, 30_000);
