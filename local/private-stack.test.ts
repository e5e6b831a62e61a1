import { existsSync } from 'node:fs';
import { connect } from 'amqplib';
import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import { startPrivateStack, type PrivateStack } from './private-stack';
import { probeTcp } from './servers/probe-tcp';
import { rabbitmqctl } from './servers/rabbitmqctl';
import { crashDaemon } from './daemon/supervisor';
import { mysqlAccess } from './servers/mariadb';
import { mongoUrl } from './servers/mongodb';
import { amqpUrl, callManagement, managementApi } from './servers/rabbitmq-urls';

let stack: PrivateStack;

beforeAll(async () => {
  stack = await startPrivateStack('rabbitmq', 'mariadb', 'mongodb');
}, 120_000);

afterAll(async () => {
  await stack.close();
  expect(existsSync(stack.config.stateDirectory)).toBe(false);
}, 60_000);

test('RabbitMQ keeps a confirmed message through a crash', async () => {
  const before = await connect(amqpUrl(stack.config));
  before.on('error', () => undefined);
  const publisher = await before.createConfirmChannel();
  publisher.on('error', () => undefined);
  await publisher.assertQueue('kept', { arguments: { 'x-queue-type': 'quorum' } });
  publisher.sendToQueue('kept', Buffer.from('still here'), { persistent: true });
  await publisher.waitForConfirms();

  await stack.crash('rabbitmq');
  await expect(connect(amqpUrl(stack.config))).rejects.toThrow('ECONNREFUSED');
  await stack.start('rabbitmq');

  const after = await connect(amqpUrl(stack.config));
  const channel = await after.createChannel();
  const message = await channel.get('kept', { noAck: true });
  expect(message && message.content.toString()).toBe('still here');
  await after.close();
}, 120_000);

test('RabbitMQ has no default account, and the product may not administer', async () => {
  const api = managementApi(stack.config);
  const users = (await callManagement(api, 'GET', '/api/users')) as { name: string }[];
  expect(users.map(({ name }) => name).sort()).toEqual(['console', 'video-to-mp3']);
  const app = new URL(amqpUrl(stack.config));
  const asApp = { url: api.url, user: app.username, password: app.password };
  await expect(callManagement(asApp, 'GET', '/api/users')).rejects.toThrow('401');
});

test('a port mapper that took the place of ours is ended with RabbitMQ', async () => {
  const { epmd } = stack.config.ports;
  await crashDaemon(stack.config, 'epmd');
  // Every Erlang program starts a port mapper that it misses, and this one does not find the node:
  // it says so, or stumbles over it (:function_clause).
  await expect(rabbitmqctl(stack.config, 'status')).rejects.toThrow('rabbitmqctl status');
  await probeTcp(epmd);
  await stack.stop('rabbitmq');
  await expect(probeTcp(epmd)).rejects.toThrow('ECONNREFUSED');
  await stack.start('rabbitmq');
}, 60_000);

test('a port mapper that came after a crash gives way to ours', async () => {
  const { epmd } = stack.config.ports;
  await stack.crash('rabbitmq');
  await expect(rabbitmqctl(stack.config, 'status')).rejects.toThrow('rabbitmqctl status');
  await probeTcp(epmd);
  await stack.start('rabbitmq');
}, 60_000);

test('MariaDB keeps rows through a crash, has no open account and limits the product', async () => {
  const access = mysqlAccess(stack.config);
  const before = await createConnection(access);
  before.on('error', () => undefined);
  await before.query('CREATE TABLE kept (n INT)');
  await before.query('INSERT INTO kept VALUES (1)');
  await expect(before.query('CREATE DATABASE another')).rejects.toThrow('denied');
  for (const user of ['root', '', 'mysql']) {
    await expect(createConnection({ ...access, user, password: '' })).rejects.toThrow('denied');
  }

  await stack.crash('mariadb');
  await stack.start('mariadb');

  const after = await createConnection(access);
  expect((await after.query('SELECT n FROM kept'))[0]).toEqual([{ n: 1 }]);
  await after.end();
}, 60_000);

test('MongoDB keeps a journalled document through a crash and an orderly stop', async () => {
  const write = new MongoClient(mongoUrl(stack.config));
  await write
    .db('kept')
    .collection('items')
    .insertOne({ n: 1 }, { writeConcern: { w: 1, journal: true } });
  await stack.crash('mongodb');
  await write.close();
  await stack.start('mongodb');
  await stack.stop('mongodb');
  await stack.start('mongodb');
  const read = new MongoClient(mongoUrl(stack.config));
  expect(await read.db('kept').collection('items').countDocuments({ n: 1 })).toBe(1);
  await read.close();
}, 60_000);
