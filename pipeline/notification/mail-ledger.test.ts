import { MongoClient } from 'mongodb';
import { mailCollection, type MailFailure } from '../../contracts/mail-record';
import { eventually } from '../../local/test-broker';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { Breaker } from '../../observability/breaker';
import { isMongoOutage } from '../../observability/mongo-outage';
import { ClaimLost } from '../deliveries/failure';
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

const noticeMs = 200;
const ledgerOf = (worker: string) =>
  new MailLedger(client.db(database), breaker, worker, 60_000, noticeMs);

const mails = () => client.db(database).collection<{ _id: string }>('mails');
const entryOf = (mail: Mail) => mails().findOne({ _id: mail.messageId });

function newMail(): Mail {
  const messageId = `<${uniqueName('mail')}@example.com>`;
  return { kind: 'ready', messageId, to: '$name@example.com', subject: 's', text: 't' };
}

const failure = (attempt: number, replay = 0): MailFailure => ({
  attempt,
  replay,
  at: new Date(),
  worker: 'w',
  errorClass: 'MailRefused',
  error: '550 no',
  log: ['{"msg":"no"}'],
});

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
    await ledger.release(mail, token, { refund });
  }
});

it('tries a mail that was given up once more when its message comes again', async () => {
  const mail = newMail();
  const ledger = ledgerOf('w');
  const { token } = await taken(ledger, mail);
  await ledger.dead(mail, token, failure(1));
  expect(await entryOf(mail)).toMatchObject({ state: 'dead', claim: null, attempts: 1 });
  expect(await taken(ledger, mail)).toMatchObject({ attempt: 2 });
  expect(await ledger.take(mail)).toEqual({ kind: 'taken-elsewhere' });
});

it('keeps how each attempt failed, but not those that were nobody’s fault', async () => {
  const mail = newMail();
  const ledger = ledgerOf('w');
  const [first, last] = [failure(1), failure(2)];
  const { token } = await taken(ledger, mail);
  await ledger.release(mail, token, { refund: false, failure: first });
  await ledger.release(mail, (await taken(ledger, mail)).token, { refund: true });
  await ledger.dead(mail, (await taken(ledger, mail)).token, last);
  expect(await entryOf(mail)).toMatchObject({ failures: [first, last], attempts: 2 });
});

it('begins anew with the first message of a replay, and not with a copy from before it', async () => {
  const mail = newMail();
  const ledger = ledgerOf('w');
  for (const attempt of [1, 2]) {
    const { token } = await taken(ledger, mail);
    await ledger.release(mail, token, {
      refund: false,
      unanswered: true,
      failure: failure(attempt),
    });
  }
  await ledger.dead(mail, (await taken(ledger, mail)).token, failure(3));
  const next = async (replay: number) => {
    const result = await ledger.take(mail, undefined, replay);
    if (result.kind !== 'taken') throw new Error(`expected to take the mail, got ${result.kind}`);
    await ledger.release(mail, result.token, { refund: false, unanswered: true });
    return [result.attempt, result.replay, result.unanswered];
  };
  expect(await next(1)).toEqual([1, 1, 0]);
  expect(await next(1)).toEqual([2, 1, 1]);
  expect(await next(0)).toEqual([3, 1, 2]);
  expect(await next(3)).toEqual([1, 3, 0]);
  expect(
    (await mailCollection(client.db(database)).findOne({ _id: mail.messageId }))?.failures,
  ).toHaveLength(3);
});

/** As if nobody had renewed it. */
async function expire(mail: Mail): Promise<void> {
  await mails().updateOne({ _id: mail.messageId }, { $set: { 'claim.expiresAt': new Date(0) } });
}

/** Meets the expired claim, gives notice, and takes the mail once that time is over. */
async function takenOver(ledger: MailLedger, mail: Mail): Promise<{ token: string }> {
  expect(await ledger.take(mail)).toEqual({ kind: 'taken-elsewhere' });
  return eventually('the mail', async () => {
    const result = await ledger.take(mail);
    return result.kind === 'taken' ? result : undefined;
  });
}

it('lets another worker send after the first one died, and the first settle nothing', async () => {
  const mail = newMail();
  const first = await taken(ledgerOf('first'), mail);
  await expire(mail);
  const second = await takenOver(ledgerOf('second'), mail);
  await ledgerOf('first').release(mail, first.token, { refund: true });
  await expect(ledgerOf('first').dead(mail, first.token, failure(1))).rejects.toThrow(ClaimLost);
  await expect(ledgerOf('first').renew(mail, first.token)).rejects.toThrow(ClaimLost);
  expect(await entryOf(mail)).toMatchObject({ state: 'pending', claim: { token: second.token } });
});

it('lets the holder of an expired claim come first', async () => {
  const mail = newMail();
  const first = await taken(ledgerOf('first'), mail);
  await expire(mail);
  expect(await ledgerOf('second').take(mail)).toEqual({ kind: 'taken-elsewhere' });
  await ledgerOf('first').renew(mail, first.token);
  await expire(mail);
  // The renewal took the notice back.
  expect(await ledgerOf('second').take(mail)).toEqual({ kind: 'taken-elsewhere' });
  expect(await ledgerOf('first').sent(mail, first.token)).toBe('noted');
  expect(await ledgerOf('second').take(mail)).toEqual({ kind: 'sent' });
});

it('notes a sent mail whoever holds the claim, and nobody turns that back', async () => {
  const mail = newMail();
  const first = await taken(ledgerOf('first'), mail);
  await expire(mail);
  const second = await takenOver(ledgerOf('second'), mail);
  expect(await ledgerOf('first').sent(mail, first.token)).toBe('in-doubt');
  await expect(ledgerOf('second').renew(mail, second.token)).rejects.toThrow(ClaimLost);
  await expect(ledgerOf('second').dead(mail, second.token, failure(2))).rejects.toThrow(ClaimLost);
  await ledgerOf('second').release(mail, second.token, { refund: true });
  expect(await ledgerOf('third').take(mail)).toEqual({ kind: 'sent' });
});

it('goes on with the attempt that could not be given back', async () => {
  const mail = newMail();
  const first = await taken(ledgerOf('first'), mail);
  const second = await ledgerOf('second').take(mail, first.token);
  expect(second).toMatchObject({ kind: 'taken', attempt: 1, counted: false });
  expect(await ledgerOf('third').take(mail, first.token)).toEqual({ kind: 'taken-elsewhere' });
  if (second.kind !== 'taken') return;
  // The first news of a replay: an attempt of its own.
  const anew = await ledgerOf('third').take(mail, second.token, 1);
  expect(anew).toMatchObject({ kind: 'taken', attempt: 1, counted: true });
});
