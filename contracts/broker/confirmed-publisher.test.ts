import { connect, type AmqpConnectionManager } from 'amqp-connection-manager';
import type { GetMessage } from 'amqplib';
import { callManagement } from '../../local/servers/rabbitmq-urls';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { ConfirmedPublisher, PublishFailed } from './confirmed-publisher';
import { openTestLink } from './test-link';

let broker: TestBroker;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  broker = await openTestBroker();
}, 60_000);

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

afterAll(async () => {
  await broker.close();
});

function openConnection(url: string): AmqpConnectionManager {
  const connection = connect([url], { reconnectTimeInSeconds: 0.05 });
  opened.push(connection);
  return connection;
}

/** Long enough to be answered on a busy machine: these publications are expected to be. */
const ampleMs = 15_000;
/** These publications are expected to get no answer; the test waits this long. */
const briefMs = 300;

const outcomeOf = (publication: Promise<void>): Promise<string> =>
  publication.then(
    () => 'confirmed',
    (error: unknown) => (error instanceof PublishFailed ? error.outcome : String(error)),
  );

async function takeAll(queue: string): Promise<GetMessage[]> {
  const taken: GetMessage[] = [];
  for (;;) {
    const message = await broker.channel.get(queue, { noAck: true });
    if (message === false) return taken;
    taken.push(message);
  }
}

const idsIn = async (queue: string): Promise<unknown[]> =>
  (await takeAll(queue)).map(({ properties }): unknown => properties.messageId);

test('a confirmed message is in the queue: once, persistent, with id, type and headers', async () => {
  await broker.channel.assertQueue('sent', { arguments: { 'x-queue-type': 'quorum' } });
  const publisher = new ConfirmedPublisher(openConnection(broker.vhost.url), ampleMs);
  await publisher.publish({
    queue: 'sent',
    body: { video_fid: 'ä', n: 1 },
    messageId: 'job-1',
    headers: { attempt: 2, 'job-id': 'x' },
  });
  const messages = await takeAll('sent');
  expect(messages).toHaveLength(1);
  expect(JSON.parse(messages[0]?.content.toString() ?? '')).toEqual({ video_fid: 'ä', n: 1 });
  expect(messages[0]?.properties).toMatchObject({
    messageId: 'job-1',
    deliveryMode: 2,
    contentType: 'application/json',
    headers: { attempt: 2, 'job-id': 'x' },
  });
});

test('bytes are sent as they are', async () => {
  await broker.channel.assertQueue('bytes');
  const publisher = new ConfirmedPublisher(openConnection(broker.vhost.url), ampleMs);
  const body = Buffer.from([0, 255, 123]);
  await publisher.publish({ queue: 'bytes', body, messageId: 'b' });
  expect((await takeAll('bytes')).map(({ content }) => content)).toEqual([body]);
});

test('a missing queue is unroutable, and says which', async () => {
  const publisher = new ConfirmedPublisher(openConnection(broker.vhost.url), ampleMs);
  const publication = publisher.publish({ queue: 'nowhere', body: {}, messageId: 'a' });
  await expect(publication).rejects.toMatchObject({
    name: 'PublishFailed',
    outcome: 'unroutable',
    queue: 'nowhere',
    message: 'message for queue nowhere: unroutable (no such queue)',
  });
});

test('publications at once get their own answers, whatever their message ids', async () => {
  await broker.channel.assertQueue('there');
  const publisher = new ConfirmedPublisher(openConnection(broker.vhost.url), ampleMs);
  const publications = Array.from({ length: 40 }, (_, index) =>
    outcomeOf(
      publisher.publish({
        queue: index % 2 === 0 ? 'there' : 'nowhere',
        body: index,
        messageId: 'the same for all',
      }),
    ),
  );
  const expected = publications.map((_, index) => (index % 2 === 0 ? 'confirmed' : 'unroutable'));
  expect(await Promise.all(publications)).toEqual(expected);
  expect(await takeAll('there')).toHaveLength(20);
});

test.each([
  ['classic', 1],
  // A quorum queue applies its limit a little late (rabbitmq.com/docs/quorum-queues).
  ['quorum', 1],
])('a full %s queue refuses, and what it refused is not in it', async (type, limit) => {
  const queue = `full.${type}`;
  await broker.channel.assertQueue(queue, {
    arguments: { 'x-queue-type': type, 'x-max-length': limit, 'x-overflow': 'reject-publish' },
  });
  const publisher = new ConfirmedPublisher(openConnection(broker.vhost.url), ampleMs);
  const confirmed: string[] = [];
  let outcome: string;
  do {
    const messageId = `m${confirmed.length}`;
    outcome = await outcomeOf(publisher.publish({ queue, body: {}, messageId }));
    if (outcome === 'confirmed') confirmed.push(messageId);
  } while (outcome === 'confirmed' && confirmed.length < 100);
  expect(outcome).toBe('refused');
  expect(await idsIn(queue)).toEqual(confirmed);
});

test('with no broker there the outcome is unknown, and nothing is sent once there is one', async () => {
  await broker.channel.assertQueue('late');
  const link = await openTestLink(broker.vhost.url);
  opened.push({ close: () => link.cut() });
  await link.cut();
  const connection = openConnection(link.url);
  const hasty = new ConfirmedPublisher(connection, briefMs);
  const lost = ['lost-1', 'lost-2', 'lost-3'].map((messageId) =>
    outcomeOf(hasty.publish({ queue: 'late', body: {}, messageId })),
  );
  expect(await Promise.all(lost)).toEqual(['unknown', 'unknown', 'unknown']);
  const patient = new ConfirmedPublisher(connection, ampleMs);
  const found = patient.publish({ queue: 'late', body: {}, messageId: 'found' });
  await link.mend();
  await found;
  expect(await idsIn('late')).toEqual(['found']);
});

test('a connection cut in the middle: no wrong answer, nothing sent later, back by itself', async () => {
  await broker.channel.assertQueue('cut');
  const link = await openTestLink(broker.vhost.url);
  opened.push({ close: () => link.cut() });
  const connection = openConnection(link.url);
  const publisher = new ConfirmedPublisher(connection, ampleMs);
  await publisher.publish({ queue: 'cut', body: {}, messageId: 'before' });
  const publications = Array.from({ length: 20 }, (_, index) => {
    const messageId = `during-${index}`;
    const publication = publisher.publish({ queue: 'cut', body: {}, messageId });
    return outcomeOf(publication).then((outcome) => ({ messageId, outcome }));
  });
  await link.cut();
  const ended = await Promise.all(publications);
  expect(ended.filter(({ outcome }) => !['confirmed', 'unknown'].includes(outcome))).toEqual([]);
  const hasty = new ConfirmedPublisher(connection, briefMs);
  const away = hasty.publish({ queue: 'cut', body: {}, messageId: 'while away' });
  expect(await outcomeOf(away)).toBe('unknown');
  await link.mend();
  await publisher.publish({ queue: 'cut', body: {}, messageId: 'after' });

  const ids = await idsIn('cut');
  expect(ids).toHaveLength(new Set(ids).size);
  expect(ids).not.toContain('while away');
  const confirmed = ended.filter(({ outcome }) => outcome === 'confirmed');
  expect(ids).toEqual(
    expect.arrayContaining(['before', 'after', ...confirmed.map(({ messageId }) => messageId)]),
  );
});

test('a broker that falls silent: unknown in time, and late answers hit no other publication', async () => {
  await broker.channel.assertQueue('stalled');
  const link = await openTestLink(broker.vhost.url);
  opened.push({ close: () => link.cut() });
  const connection = openConnection(link.url);
  const publisher = new ConfirmedPublisher(connection, ampleMs);
  await publisher.publish({ queue: 'stalled', body: {}, messageId: 'before' });
  // Its channel is open before the silence, so that the message itself is on its way.
  const hasty = new ConfirmedPublisher(connection, briefMs);
  await eventually('an open channel', async () => {
    const opening = hasty.publish({ queue: 'stalled', body: {}, messageId: 'opens the channel' });
    return (await outcomeOf(opening)) === 'confirmed' || undefined;
  });
  link.stall();
  const silent = ['stalled', 'nowhere'].map((queue) =>
    outcomeOf(hasty.publish({ queue, body: {}, messageId: `to ${queue}` })),
  );
  expect(await Promise.all(silent)).toEqual(['unknown', 'unknown']);
  const fresh = new ConfirmedPublisher(connection, briefMs);
  const unsent = fresh.publish({ queue: 'stalled', body: {}, messageId: 'never sent' });
  expect(await outcomeOf(unsent)).toBe('unknown');
  await link.mend();
  await publisher.publish({ queue: 'stalled', body: {}, messageId: 'after' });
  await expect(
    publisher.publish({ queue: 'nowhere', body: {}, messageId: 'after' }),
  ).rejects.toMatchObject({ outcome: 'unroutable' });
  await eventually('a confirm', async () => {
    const onSameChannel = fresh.publish({ queue: 'stalled', body: {}, messageId: 'last' });
    return (await outcomeOf(onSameChannel)) === 'confirmed' || undefined;
  });
  expect(await idsIn('stalled')).not.toContain('never sent');
});

test('a broker that takes the connection and never answers: unknown', async () => {
  const link = await openTestLink(broker.vhost.url);
  link.stall();
  const publisher = new ConfirmedPublisher(openConnection(link.url), briefMs);
  const publication = publisher.publish({ queue: 'q', body: {}, messageId: 'a' });
  await expect(publication).rejects.toThrow('queue q: unknown (not confirmed within 300 ms)');
  // Before the connection closes, which waits for its attempt to connect.
  await link.cut();
});

test('a channel the broker closed is replaced, and the connection stays', async () => {
  await broker.channel.assertQueue('guarded');
  const connection = openConnection(broker.vhost.url);
  const publisher = new ConfirmedPublisher(connection, ampleMs);
  let disconnects = 0;
  connection.on('disconnect', () => (disconnects += 1));
  const mayWrite = (write: string) =>
    callManagement(
      broker.vhost.api,
      'PUT',
      `/api/permissions/${broker.vhost.name}/${new URL(broker.vhost.url).username}`,
      { configure: '.*', read: '.*', write },
    );
  // The broker closes the channel of a publication that is not allowed (403 ACCESS_REFUSED).
  await mayWrite('^$');
  try {
    for (const messageId of ['no-1', 'no-2']) {
      const publication = publisher.publish({ queue: 'guarded', body: {}, messageId });
      await expect(publication).rejects.toThrow(/unknown \(.*ACCESS_REFUSED/);
    }
  } finally {
    await mayWrite('.*');
  }
  await publisher.publish({ queue: 'guarded', body: {}, messageId: 'yes' });
  expect(await idsIn('guarded')).toEqual(['yes']);
  expect(disconnects).toBe(0);
});

test('a channel that cannot be opened fails its publication and nothing else', async () => {
  await broker.channel.assertQueue('crowded');
  const connection = openConnection(`${broker.vhost.url}?channelMax=1`);
  const first = new ConfirmedPublisher(connection, ampleMs);
  await first.publish({ queue: 'crowded', body: {}, messageId: 'a' });
  const second = new ConfirmedPublisher(connection, ampleMs);
  await expect(second.publish({ queue: 'crowded', body: {}, messageId: 'b' })).rejects.toThrow(
    'unknown (No channels left to allocate)',
  );
  await first.publish({ queue: 'crowded', body: {}, messageId: 'c' });
  await first.close();
  await second.publish({ queue: 'crowded', body: {}, messageId: 'd' });
  await second.close();
  expect(await idsIn('crowded')).toEqual(['a', 'c', 'd']);
});

test('a closed publisher sends nothing', async () => {
  await broker.channel.assertQueue('closed');
  const publisher = new ConfirmedPublisher(openConnection(broker.vhost.url), ampleMs);
  await publisher.publish({ queue: 'closed', body: {}, messageId: 'open' });
  await publisher.close();
  await publisher.close();
  const publication = publisher.publish({ queue: 'closed', body: {}, messageId: 'too late' });
  await expect(publication).rejects.toMatchObject({ outcome: 'unknown' });
  expect(await idsIn('closed')).toEqual(['open']);
});
