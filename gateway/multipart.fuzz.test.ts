import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import { type Sending, sending } from './test-bodies';
import { startTestGateway, type TestGateway, TestQueues, whenReady } from './test-gateway';

/** The longer run (`npm run test:full`) sets this to a hundred thousand. */
export const fuzzRuns = Number(process.env['FUZZ_RUNS'] ?? 1_500);

/** Bodies under way at the same time. */
const atOnce = 8;

let vhost: TestVhost;
let gateway: TestGateway;
let queues: TestQueues;
let token: string;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway(
    { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url },
    {
      MAX_UPLOAD_BYTES: '300000',
      MAX_QUEUED_PER_OWNER: '3',
      MAX_BACKLOG: '10000000',
      LOG_LEVEL: 'warn',
    },
  );
  await whenReady(gateway);
  queues = await TestQueues.open(vhost.url);
  token = gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });
}, 60_000);

afterAll(async () => {
  agent.destroy();
  await queues.close();
  await gateway.close();
  await vhost.drop();
});

function send({ content, contentType: type, cuts }: Sending): Promise<number> {
  const { body } = content;
  const places = cuts.map((cut) => Math.floor(cut * body.length)).sort((a, b) => a - b);
  return new Promise((resolve, reject) => {
    const sent = request(
      `${gateway.url}/upload`,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': type.replace('@', content.boundary),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => {
          resolve(response.statusCode ?? 0);
        });
      },
    );
    sent.on('error', reject);
    [0, ...places].forEach((from, index) => sent.write(body.subarray(from, places[index])));
    sent.end();
  });
}

test(`${fuzzRuns} random bodies: an answer each, no 5xx, and nothing stored without a job`, async () => {
  const statuses = new Map<number, number>();
  const together = fc.array(sending, { minLength: atOnce, maxLength: atOnce });
  const property = fc.asyncProperty(together, async (bodies) => {
    for (const status of await Promise.all(bodies.map(send))) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect([200, 400, 413]).toContain(status);
    }
  });
  await fc.assert(property, { numRuns: Math.ceil(fuzzRuns / atOnce), endOnFailure: true });

  const { videos, jobs } = gateway.stores;
  const accepted = statuses.get(200) ?? 0;
  const files = await videos.collection('fs.files').find().project({ _id: 1 }).toArray();
  const fileIds = files.map(({ _id }) => String(_id)).sort();
  const jobIds = (await jobs.find().toArray()).map(({ _id }) => _id).sort();
  const chunkOwners = await videos.collection('fs.chunks').distinct('files_id');
  expect(fileIds).toHaveLength(accepted);
  expect(jobIds).toEqual(fileIds);
  expect(chunkOwners.map(String).sort()).toEqual(fileIds);
  // Nobody works here, so the owner's further jobs are held.
  expect(await queues.takeAll('video')).toHaveLength(3);
  // The bodies must reach every branch, or the run says little.
  expect(accepted).toBeGreaterThan(fuzzRuns / 20);
  expect(statuses.get(400)).toBeGreaterThan(fuzzRuns / 20);
  expect(statuses.get(413)).toBeGreaterThan(0);
}, 3_600_000);
