import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { GridFSBucket, MongoClient, type ObjectId } from 'mongodb';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { jobCollection } from '../../contracts/job-collection';
import { queuesCommand } from '../../pipeline/queues/queues-command';
import { startDaemon, stopDaemon } from '../daemon/supervisor';
import { Listener } from '../e2e/listener';
import { startPrivateStack, type PrivateStack } from '../private-stack';
import { gatewayUrl } from '../processes/process-environment';
import { createProductProcess, processNames } from '../processes/product-process';
import { runCommand } from '../processes/run-command';
import { makeSample } from '../sample-media';
import { mysqlAccess } from '../servers/mariadb';
import { mongoUrl } from '../servers/mongodb';
import { amqpUrl, managementApi } from '../servers/rabbitmq-urls';
import { serverNames } from '../servers/servers';
import { eventually } from '../test-broker';
import { createTestInbox, type TestInbox } from '../test-inbox';
import { tutorialEnvironment } from './tutorial-environment';

/**
 * The drill of docs/upgrading.md, "From the tutorial's cluster": what the tutorial left in MySQL,
 * MongoDB and RabbitMQ, and then our processes with the tutorial's settings.
 */
const user = { email: 'reader@example.com', password: 'Admin123' };
const oldMp3 = Buffer.from('an MP3 that the tutorial made');

let stack: PrivateStack;
let mongo: MongoClient;
let inbox: TestInbox;
let directory: string;
let video: string;
let reader: Listener;
/** Files of the tutorial. */
let waiting: ObjectId;
let misspelt: ObjectId;
let converted: ObjectId;

const bucket = (name: 'videos' | 'mp3s') => new GridFSBucket(mongo.db(name));

async function put(database: 'videos' | 'mp3s', content: Buffer): Promise<ObjectId> {
  const upload = bucket(database).openUploadStream('file');
  await new Promise<void>((resolve, reject) => {
    upload.once('error', reject).once('finish', resolve).end(content);
  });
  return upload.id;
}

async function publish(queue: 'video' | 'mp3', ...bodies: readonly object[]): Promise<void> {
  const connection = await connect(amqpUrl(stack.config));
  const channel = await connection.createConfirmChannel();
  await channel.checkQueue(queue);
  for (const body of bodies) {
    channel.sendToQueue(queue, Buffer.from(JSON.stringify(body)), { persistent: true });
  }
  await channel.waitForConfirms();
  await connection.close();
}

async function sql(statement: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(mysqlAccess(stack.config));
  const [rows] = await connection.query(statement);
  await connection.end();
  return rows as RowDataPacket[];
}

async function startAll(): Promise<void> {
  const { config } = stack;
  for (const name of processNames) {
    const daemon = createProductProcess(config, name);
    const environment = tutorialEnvironment(config, name);
    const command = async () => ({ ...(await daemon.command()), environment });
    await startDaemon(config, { ...daemon, command });
  }
}

async function stopAll(): Promise<void> {
  const { config } = stack;
  for (const name of processNames) await stopDaemon(config, createProductProcess(config, name));
}

async function queues(verb: 'status' | 'migrate' | 'apply'): Promise<string> {
  const said: string[] = [];
  const { url, user: account, password } = managementApi(stack.config);
  const environment = {
    RABBITMQ_URL: amqpUrl(stack.config),
    RABBITMQ_MANAGEMENT_URL: url,
    RABBITMQ_MANAGEMENT_USER: account,
    RABBITMQ_MANAGEMENT_PASSWORD: password,
  };
  const say = (line: string) => said.push(line);
  const exitCode = await queuesCommand([verb], environment, { say, complain: say, color: false });
  if (exitCode !== 0) throw new Error(`queues ${verb}: ${said.join('\n')}`);
  return said.join('\n');
}

const mailed = async (mp3: string) =>
  (await inbox.mails(user.email)).filter(({ text }) => text.includes(`mp3 file_id: ${mp3} is now`));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutorial-drill-'));
  video = join(directory, 'video.mp4');
  await makeSample(video, { seconds: 1 });
  stack = await startPrivateStack(...serverNames);
  inbox = createTestInbox(stack.config);
  mongo = await MongoClient.connect(mongoUrl(stack.config));

  // Its init.sql, on a server with the defaults of that time.
  await sql(
    'CREATE TABLE user (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, password VARCHAR(255) NOT NULL) DEFAULT CHARSET latin1',
  );
  await sql(`INSERT INTO user (email, password) VALUES ('${user.email}', '${user.password}')`);

  const source = await readFile(video);
  waiting = await put('videos', source);
  misspelt = await put('videos', source);
  converted = await put('mp3s', oldMp3);

  // Made by hand in the console: classic and durable.
  const connection = await connect(amqpUrl(stack.config));
  const channel = await connection.createChannel();
  for (const queue of ['video', 'mp3']) await channel.assertQueue(queue, { durable: true });
  await connection.close();
  const told = { mp3_fid: null, username: user.email };
  await publish('video', { video_fid: String(waiting), ...told });
  await publish('video', { vide_fid: String(misspelt), ...told });
  await publish('mp3', {
    video_fid: String(waiting),
    mp3_fid: String(converted),
    username: user.email,
  });

  const migration = await runCommand(stack.config, 'dist/auth/migrate-main.js');
  if (migration.exitCode !== 0) throw new Error(migration.output);
  await startAll();
  reader = await Listener.logIn(gatewayUrl(stack.config), user.email, user.password);
}, 120_000);

afterAll(async () => {
  await mongo.close();
  await stack.close();
  await rm(directory, { recursive: true });
}, 60_000);

/** The job of a bare message, once it is ready and its mail is out. */
async function made(video: ObjectId): Promise<string> {
  const job = await eventually('the MP3', async () => {
    const found = await jobCollection(mongo.db('jobs')).findOne({ _id: String(video) });
    return found?.state === 'ready' && found.mail === 'sent' ? found : undefined;
  });
  return String(job.mp3?.fid);
}

it('hashes the passwords of the table, and lets their users in as before', async () => {
  const [row] = await sql('SELECT * FROM user');
  expect(row).toMatchObject({ id: 1, email: user.email, admin: 1, operator: 0 });
  expect(row?.['password']).toMatch(/^\$2[aby]\$/);
  await sql("INSERT INTO user (email, password) VALUES ('later@example.com', 'by hand')");
  await Listener.logIn(gatewayUrl(stack.config), 'later@example.com', 'by hand');
});

it('converts and mails what waited in the queues, each once', async () => {
  for (const source of [waiting, misspelt]) {
    const mp3 = await made(source);
    expect(await mailed(mp3)).toHaveLength(1);
    expect((await reader.download(mp3)).length).toBeGreaterThan(1_000);
  }
  await inbox.waitForMails(user.email, 3);
  expect(await mailed(String(converted))).toHaveLength(1);
}, 60_000);

it('takes a video with the curl line of the tutorial', async () => {
  const id = await reader.submit(video);
  const { state, mp3 } = await reader.finished(id);
  expect(state).toBe('ready');
  await eventually(
    'the mail',
    async () => (await mailed(mp3?.fid ?? '')).length === 1 || undefined,
  );
}, 60_000);

it('uses the queues as they are, and says so', async () => {
  expect(await queues('status')).toMatch(/video +│ different/);
});

it("removes none of the tutorial's files, and gives its MP3s to nobody yet", async () => {
  // A file of ours that nobody needs: once it is gone, a sweep has been by.
  const orphan = bucket('mp3s').openUploadStream('orphan', {
    metadata: { storedBy: 'video-to-mp3', jobId: 'none', claimToken: null },
  });
  orphan.end('x');
  await eventually('a sweep', async () => {
    const left = await bucket('mp3s').find({ filename: 'orphan' }).toArray();
    return left.length === 0 && orphan.length > 0 ? true : undefined;
  });
  const kept = await bucket('mp3s').find({ _id: converted }).toArray();
  expect(kept).toMatchObject([{ length: oldMp3.length }]);
  expect(kept[0]?.metadata).toBeUndefined();
  const content = await bucket('mp3s').openDownloadStream(converted).toArray();
  expect(Buffer.concat(content as Buffer[]).equals(oldMp3)).toBe(true);
  expect(await bucket('videos').find({ _id: waiting }).toArray()).toHaveLength(1);
  await expect(reader.download(String(converted))).rejects.toThrow('404');
});

it('makes the queues ours with what is in them, while nothing runs', async () => {
  await stopAll();
  const last = await put('videos', await readFile(video));
  await publish('video', { video_fid: String(last), mp3_fid: null, username: user.email });
  expect(await queues('migrate')).toContain('video: migrated, 1 messages kept');
  expect(await queues('apply')).toContain('15 of 15 queues as declared');
  await startAll();
  expect(await mailed(await made(last))).toHaveLength(1);
}, 90_000);
