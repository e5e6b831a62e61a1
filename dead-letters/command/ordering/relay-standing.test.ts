import { MongoClient, type Db } from 'mongodb';
import { testMongoUrl, uniqueName } from '../../../local/test-stack';
import { Lease } from '../../../pipeline/relay/lease';
import { describeStanding, relayStanding } from './relay-standing';

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

it("knows the active relay's lease, one given back, one that ran out, and none", async () => {
  expect(await relayStanding(database)).toEqual({ kind: 'never-seen' });
  const lease = new Lease(database, 'relay', 'host-1:42:uuid', 60_000);
  await lease.take();
  const active = await relayStanding(database);
  expect(active).toEqual({ kind: 'active', holder: 'host-1:42:uuid' });
  expect(describeStanding(active)).toContain('it is up (on host-1, process 42)');
  await lease.giveBack();
  expect(await relayStanding(database)).toEqual({ kind: 'gone' });
  await lease.take();
  await database
    .collection<{ _id: string }>('leases')
    .updateOne({ _id: 'relay' }, { $set: { expiresAt: new Date(Date.now() - 1_000) } });
  expect(await relayStanding(database)).toEqual({ kind: 'gone' });
});
