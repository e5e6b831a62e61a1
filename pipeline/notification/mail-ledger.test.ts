import { MongoClient } from 'mongodb';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { Breaker } from '../../observability/breaker';
import { isMongoOutage } from '../../observability/mongo-outage';
import type { Mail } from './mail';
import { MailLedger } from './mail-ledger';

const database = uniqueName('ledger');
const breaker = new Breaker('jobs', isMongoOutage);
let client: MongoClient;

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
}, 60_000);

afterAll(async () => {
  breaker.stop();
  await client.db(database).dropDatabase();
  await client.close();
});

const ledgerOf = (worker: string) => new MailLedger(client.db(database), breaker, worker, 60_000);

const mails = () => client.db(database).collection<{ _id: string }>('mails');
const entryOf = (mail: Mail) => mails().findOne({ _id: mail.messageId });

function newMail(): Mail {
  const messageId = `<${uniqueName('mail')}@example.com>`;
  return { kind: 'ready', messageId, to: '$name@example.com', subject: 's', text: 't' };
}

async function taken(ledger: MailLedger, mail: Mail): Promise<{ token: string; attempt: number }> {
  const result = await ledger.take(mail);
  if (result.kind !== 'taken') throw new Error(`expected to take the mail, got ${result.kind}`);
  return result;
}

it('lets one of eight workers send', async () => {
  const mail = newMail();
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, worker) => ledgerOf(`w${worker}`).take(mail)),
  );
  const kinds = results.map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['taken', ...Array<string>(7).fill('taken-elsewhere')]);
});

it('sends nothing a second time', async () => {
  const mail = newMail();
  const ledger = ledgerOf('w');
  const { token } = await taken(ledger, mail);
  await ledger.sent(mail, token);
  expect(await ledger.take(mail)).toEqual({ kind: 'sent' });
});

it('counts attempts, but not those that are refunded', async () => {
  const mail = newMail();
  const ledger = ledgerOf('w');
  for (const [refund, expected] of [
    [true, 1],
    [false, 1],
    [true, 2],
    [false, 2],
    [false, 3],
  ] as const) {
    const { token, attempt } = await taken(ledger, mail);
    expect(attempt).toBe(expected);
    await ledger.release(mail, token, refund);
  }
});

it('tries a mail that was given up once more when its message comes again', async () => {
  const mail = newMail();
  const ledger = ledgerOf('w');
  const { token } = await taken(ledger, mail);
  await ledger.dead(mail, token);
  expect(await entryOf(mail)).toMatchObject({ state: 'dead', claim: null, attempts: 1 });
  expect(await taken(ledger, mail)).toMatchObject({ attempt: 2 });
  expect(await ledger.take(mail)).toEqual({ kind: 'taken-elsewhere' });
});

it('lets another worker send after the first one died, and the first settle nothing', async () => {
  const mail = newMail();
  const first = await taken(ledgerOf('first'), mail);
  await mails().updateOne({ _id: mail.messageId }, { $set: { 'claim.expiresAt': new Date(0) } });
  const second = await taken(ledgerOf('second'), mail);
  await ledgerOf('first').sent(mail, first.token);
  expect(await ledgerOf('third').take(mail)).toEqual({ kind: 'taken-elsewhere' });
  await ledgerOf('second').sent(mail, second.token);
  expect(await ledgerOf('third').take(mail)).toEqual({ kind: 'sent' });
});
