import { connect } from 'amqplib';
import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import { createTransport } from 'nodemailer';
import { createMysqlDatabase, createVhost, testMongoUrl, uniqueName, useInbox } from './test-stack';

const startMs = 120_000;

test(
  'a database of MariaDB takes a table and is gone after drop',
  async () => {
    const database = await createMysqlDatabase();
    const { access } = database;
    const connection = await createConnection(access);
    await connection.query('CREATE TABLE t (n INT)');
    await connection.query('INSERT INTO t VALUES (7)');
    expect((await connection.query('SELECT n FROM t'))[0]).toEqual([{ n: 7 }]);
    await connection.end();
    await database.drop();
    await expect(createConnection(access)).rejects.toThrow(/denied|Unknown database/);
  },
  startMs,
);

test(
  'a virtual host of RabbitMQ carries a message and is gone after drop',
  async () => {
    const vhost = await createVhost();
    const connection = await connect(vhost.url);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('q', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    channel.sendToQueue('q', Buffer.from('hello'), { persistent: true });
    await channel.waitForConfirms();
    const message = await channel.get('q', { noAck: true });
    expect(message && message.content.toString()).toBe('hello');
    await connection.close();
    await vhost.drop();
    await expect(connect(vhost.url)).rejects.toThrow();
  },
  startMs,
);

test(
  'MongoDB keeps a document and survives a client that ends its sessions',
  async () => {
    const url = await testMongoUrl();
    const name = uniqueName('stack');
    for (const expected of [1, 2]) {
      const client = new MongoClient(url);
      const items = client.db(name).collection('items');
      await items.insertOne({ n: expected }, { writeConcern: { w: 1, journal: true } });
      expect(await items.countDocuments()).toBe(expected);
      if (expected === 2) await client.db(name).dropDatabase();
      await client.close();
    }
  },
  startMs,
);

test(
  'the inbox shows a mail that came over TLS with the account',
  async () => {
    const inbox = await useInbox();
    const to = `${uniqueName('mail')}@example.com`;
    const transport = createTransport(inbox.smtpUrl);
    await transport.sendMail({ from: 'shop@example.com', to, subject: 'Hé', text: 'line one' });
    transport.close();
    const mails = await inbox.waitForMails(to);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      to: [to],
      from: 'shop@example.com',
      subject: 'Hé',
      text: 'line one\n',
      tls: true,
      user: 'video-to-mp3',
    });
  },
  startMs,
);
