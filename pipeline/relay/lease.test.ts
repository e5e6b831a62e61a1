import { MongoClient, type Db } from 'mongodb';
import { eventually } from '../../local/test-broker';
import { testMongoUrl, uniqueName } from '../../local/test-stack';
import { Lease } from './lease';

let client: MongoClient;
let database: Db;

beforeAll(async () => {
  client = await MongoClient.connect(await testMongoUrl());
  database = client.db(uniqueName('leases'));
}, 60_000);

afterAll(async () => {
  await database.dropDatabase();
  await client.close();
});

const lease = (name: string, holder: string, leaseMs = 60_000) =>
  new Lease(database, name, holder, leaseMs);

it('is held by one, who keeps it', async () => {
  const one = lease('kept', 'one');
  const other = lease('kept', 'other');
  expect(one.held).toBe(false);
  expect([await one.take(), await other.take(), await one.take()]).toEqual([true, false, true]);
  expect([one.held, other.held]).toEqual([true, false]);
});

it('is taken by one of many who ask at once', async () => {
  const all = Array.from({ length: 20 }, (_, number) => lease('wanted', String(number)));
  const taken = await Promise.all(all.map((one) => one.take()));
  expect(taken.filter(Boolean)).toHaveLength(1);
});

it('is free at once when it is given back, and only by its holder', async () => {
  const one = lease('given', 'one');
  const other = lease('given', 'other');
  await one.take();
  await other.giveBack();
  expect(await other.take()).toBe(false);
  await one.giveBack();
  expect(one.held).toBe(false);
  expect(await other.take()).toBe(true);
});

it('ends by itself, and its holder knows before another has it', async () => {
  const one = lease('ending', 'one', 300);
  const other = lease('ending', 'other', 60_000);
  await one.take();
  expect(one.held).toBe(true);
  await eventually('end of the lease', async () => (await other.take()) || undefined);
  expect(one.held).toBe(false);
  expect(await one.take()).toBe(false);
});

it('does not take a holder’s name for an expression', async () => {
  const odd = lease('odd', '$holder');
  await lease('odd', 'one').take();
  expect(await odd.take()).toBe(false);
});
