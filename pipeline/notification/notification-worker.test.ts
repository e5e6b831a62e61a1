import { MongoClient, ObjectId } from 'mongodb';
import { headerNames } from '../../contracts/headers';
import { jobCollection } from '../../contracts/job-collection';
import { newJob } from '../../contracts/job';
import { buildTopology } from '../../contracts/topology';
import { freePort } from '../../local/free-port';
import { callManagement } from '../../local/servers/rabbitmq-urls';
import {
  eventually,
  openTestBroker,
  testConnectionName,
  type TestBroker,
} from '../../local/test-broker';
import type { TestInbox } from '../../local/test-inbox';
import { testMongoUrl, uniqueName, useInbox } from '../../local/test-stack';
import { loadConfig } from '../../observability/config';
import type { RunningProcess } from '../../observability/run-process';
import { notificationSettings } from '../config';
import { startNotification } from './start-notification';

const retryDelaysMs = [100, 200, 300];
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, retryDelaysMs);
const database = uniqueName('jobs');

let broker: TestBroker;
let inbox: TestInbox;
let mongo: MongoClient;
let worker: RunningProcess;
let adminPort: number;

beforeAll(async () => {
  broker = await openTestBroker();
  inbox = await useInbox();
  const mongoUrl = await testMongoUrl();
  adminPort = await freePort();
  mongo = await MongoClient.connect(mongoUrl);
  const environment = {
    RABBITMQ_URL: broker.vhost.url,
    MONGO_URL: mongoUrl,
    JOBS_DATABASE: database,
    RETRY_DELAYS_MS: retryDelaysMs.join(','),
    SMTP_URL: inbox.smtpUrl,
    MAIL_FROM: 'mp3@example.com',
    PUBLIC_URL: 'http://mp3.example/',
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: String(adminPort),
    LOG_LEVEL: 'silent',
  };
  worker = await startNotification(loadConfig('notification', notificationSettings, environment));
  await ready();
}, 60_000);

afterAll(async () => {
  await worker.stop();
  await mongo.db(database).dropDatabase();
  await mongo.close();
  await broker.close();
});

async function ready(): Promise<void> {
  await eventually('readiness', async () => {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
    await answer.text();
    return answer.ok ? true : undefined;
  });
}

const newAddress = () => `${uniqueName('mail')}@example.com`;
const newFid = () => new ObjectId().toHexString();

/** Nothing is left on any queue, the listed ones excepted. */
async function expectNowhereElse(expected: Record<string, number> = {}): Promise<void> {
  await eventually('empty queues', async () => {
    const counts = await broker.counts(topology);
    return JSON.stringify(counts) === JSON.stringify(expected) ? true : undefined;
  });
}

it("sends the tutorial's mail for a tutorial message", async () => {
  const to = newAddress();
  const fid = newFid();
  await broker.publish('mp3', { video_fid: newFid(), mp3_fid: fid, username: to });
  const [mail] = await inbox.waitForMails(to);
  expect(mail?.subject).toBe('MP3 Download');
  expect(mail?.text.split('\n')[0]).toBe(`mp3 file_id: ${fid} is now ready!`);
  expect(mail?.text).toContain(`http://mp3.example/download?fid=${fid}`);
  await expectNowhereElse();
});

it('names the source where the job knows it', async () => {
  const to = newAddress();
  const id = newFid();
  const source = { fid: new ObjectId(id), name: 'Ünïcode "song".mp4', bytes: 1 };
  const job = newJob(id, { id: '1', address: to }, source, new Date());
  await jobCollection(mongo.db(database)).insertOne(job);
  await broker.publish('mp3', { video_fid: id, mp3_fid: newFid(), username: to, job_id: id });
  const [mail] = await inbox.waitForMails(to);
  expect(mail?.text).toContain('Made from: Ünïcode "song".mp4');
});

it('sends one mail for a message that comes five times', async () => {
  const to = newAddress();
  const message = { video_fid: newFid(), mp3_fid: newFid(), username: to };
  for (let copy = 0; copy < 5; copy += 1) await broker.publish('mp3', message);
  await inbox.waitForMails(to);
  await expectNowhereElse();
  expect(await inbox.mails(to)).toHaveLength(1);
});

it('tells the listener why a video was not converted', async () => {
  const to = newAddress();
  const id = newFid();
  await broker.publish('mp3.failed', {
    video_fid: id,
    username: to,
    job_id: id,
    reason: 'no-audio',
  });
  const [mail] = await inbox.waitForMails(to);
  expect(mail?.subject).toBe('MP3 conversion failed');
  expect(mail?.text).toContain('The video has no sound');
  await expectNowhereElse();
});

it.each([
  ['not JSON', Buffer.from('{"video_fid"'), 'not JSON'],
  ['no mp3_fid', { video_fid: newFid(), mp3_fid: null, username: 'a@example.com' }, 'mp3_fid'],
])('keeps a message that is %s as a dead letter with its reason', async (_name, body, problem) => {
  await broker.publish('mp3', body, { messageId: 'bad-1', headers: { note: 'kept' } });
  const letter = await broker.take('mp3.dead');
  expect(letter.content).toEqual(Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));
  expect(letter.properties.messageId).toBe('bad-1');
  expect(letter.properties.headers).toMatchObject({
    note: 'kept',
    [headerNames.deadReason]: 'invalid-message',
    [headerNames.deadQueue]: 'mp3',
    [headerNames.deadError]: expect.stringContaining(problem) as string,
  });
  await expectNowhereElse();
});

it('tries again after a 4xx answer and sends one mail', async () => {
  const to = newAddress();
  await inbox.behave({ to, answer: { kind: 'refuse', code: 451 }, times: 2 });
  await broker.publish('mp3', { video_fid: newFid(), mp3_fid: newFid(), username: to });
  await inbox.waitForMails(to);
  await expectNowhereElse();
  expect(await inbox.mails(to)).toHaveLength(1);
});

it('gives up after the configured number of attempts', async () => {
  const to = newAddress();
  await inbox.behave({ to, answer: { kind: 'refuse', code: 451 } });
  await broker.publish('mp3', { video_fid: newFid(), mp3_fid: newFid(), username: to });
  const letter = await broker.take('mp3.dead');
  expect(letter.properties.headers).toMatchObject({
    [headerNames.deadReason]: 'attempts-exhausted',
    [headerNames.deadStep]: 'send-mail',
    [headerNames.attempt]: 4,
  });
  expect(await inbox.mails(to)).toEqual([]);
  await expectNowhereElse();
});

it('does not try a mail again that the server refuses for good', async () => {
  const to = newAddress();
  await inbox.behave({ to, answer: { kind: 'refuse', code: 550 } });
  await broker.publish('mp3', { video_fid: newFid(), mp3_fid: newFid(), username: to });
  const letter = await broker.take('mp3.dead');
  expect(letter.properties.headers).toMatchObject({
    [headerNames.deadReason]: 'mail-refused',
    [headerNames.attempt]: 1,
  });
  await expectNowhereElse();
});

it('sends a mail whose dead letter is replayed', async () => {
  const to = newAddress();
  await inbox.behave({ to, answer: { kind: 'refuse', code: 550 }, times: 1 });
  await broker.publish('mp3', { video_fid: newFid(), mp3_fid: newFid(), username: to });
  const { content } = await broker.take('mp3.dead');
  await broker.publish('mp3', content);
  await inbox.waitForMails(to);
  await expectNowhereElse();
});

it('waits out a mail server that drops every connection, without using up attempts', async () => {
  const to = newAddress();
  await inbox.behave({ to, answer: { kind: 'drop' }, times: 6 });
  await broker.publish('mp3', { video_fid: newFid(), mp3_fid: newFid(), username: to });
  await inbox.waitForMails(to, 1, 60_000);
  await expectNowhereElse();
  expect(await inbox.mails(to)).toHaveLength(1);
}, 70_000);

interface BrokerConnection {
  readonly name: string;
  readonly client_properties: { readonly connection_name?: string };
}

/** Names of the worker's connections; the test's own client is told apart by its name. */
async function workerConnections(): Promise<string[]> {
  const { api, name } = broker.vhost;
  const path = `/api/vhosts/${name}/connections`;
  const connections = (await callManagement(api, 'GET', path)) as BrokerConnection[];
  return connections
    .filter(({ client_properties }) => client_properties.connection_name !== testConnectionName)
    .map(({ name: connection }) => connection);
}

async function expectStillServed(): Promise<void> {
  const to = newAddress();
  await broker.publish('mp3', { video_fid: newFid(), mp3_fid: newFid(), username: to });
  await inbox.waitForMails(to);
}

it('comes back on new connections after the broker closed them', async () => {
  const before = await eventually('the connections of the worker', async () => {
    const names = await workerConnections();
    return names.length === 2 ? names : undefined;
  });
  for (const name of before) {
    const path = `/api/connections/${encodeURIComponent(name)}`;
    await callManagement(broker.vhost.api, 'DELETE', path);
  }
  await eventually('two new connections', async () => {
    const names = await workerConnections();
    const fresh = names.filter((name) => !before.includes(name));
    return fresh.length === 2 && names.length === 2 ? fresh : undefined;
  });
  await ready();
  await expectStillServed();
}, 60_000);

it('comes back after its queue was deleted, and makes it again', async () => {
  await broker.channel.deleteQueue('mp3');
  await eventually('the queue with a consumer', async () => {
    const queues = (await callManagement(
      broker.vhost.api,
      'GET',
      `/api/queues/${broker.vhost.name}`,
    )) as { name: string; consumers?: number }[];
    return queues.some(({ name, consumers }) => name === 'mp3' && consumers === 1) || undefined;
  });
  await ready();
  await expectStillServed();
}, 60_000);
