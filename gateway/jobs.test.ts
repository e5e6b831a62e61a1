import { ObjectId } from 'mongodb';
import { type JobOwner, type JobRecord, newJob } from '../contracts/job';
import { refusalSentences } from '../contracts/refusal-reason';
import { createVhost, type TestVhost, testMongoUrl } from '../local/test-stack';
import { startTestGateway, storeFinishedJob, type TestGateway, whenReady } from './test-gateway';
import { ask } from './test-requests';

let vhost: TestVhost;
let gateway: TestGateway;

const annId: JobOwner = { id: '7', address: 'ann@example.com' };
const annBare: JobOwner = { id: null, address: 'ann@example.com' };
const bobId: JobOwner = { id: '8', address: 'bob@example.com' };
const bobBare: JobOwner = { id: null, address: 'bob@example.com' };

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway({ mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url });
  await whenReady(gateway);
}, 60_000);

afterEach(async () => {
  await gateway.stores.jobs.deleteMany({});
});

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

const annToken = () => gateway.auth.tokenOf({ sub: '7', username: 'ann@example.com' });

const get = (path: string, token: string) =>
  ask(gateway.url + path, { headers: { authorization: `Bearer ${token}` } });

async function addJob(owner: JobOwner, fields: Partial<JobRecord> = {}): Promise<string> {
  const fid = new ObjectId();
  const source = { fid, name: 'a.mkv', bytes: 5 };
  const job = { ...newJob(fid.toHexString(), owner, source, new Date()), ...fields };
  await gateway.stores.jobs.insertOne(job);
  return job._id;
}

interface Page {
  readonly jobs: readonly { readonly id: string }[];
  readonly next: string | null;
}

async function list(query: string, token: string): Promise<{ ids: string[]; next: string | null }> {
  const answer = await get(`/jobs${query}`, token);
  expect(answer.status).toBe(200);
  const page = JSON.parse(answer.text) as Page;
  return { ids: page.jobs.map(({ id }) => id), next: page.next };
}

describe('whose a job is', () => {
  const askers: [string, { sub?: string; username: string }, (keyof typeof owners)[]][] = [
    ['Ann', { sub: '7', username: 'ann@example.com' }, ['annId', 'annBare']],
    ['Ann, typed in another case', { username: 'Ann@Example.com' }, ['annBare']],
    ['Bob', { sub: '8', username: 'bob@example.com' }, ['bobId', 'bobBare']],
    ['Ann with a token that has no sub', { username: 'ann@example.com' }, ['annBare']],
    ['who takes over Ann’s address', { sub: '9', username: 'ann@example.com' }, ['annBare']],
    ['Ann with a new address', { sub: '7', username: 'ann@new.example' }, ['annId']],
  ];
  const owners = { annId, annBare, bobId, bobBare };

  test.each(askers)('%s', async (_who, claims, visible) => {
    const token = gateway.auth.tokenOf(claims);
    const made = new Map<keyof typeof owners, { jobId: string; fid: string }>();
    for (const [key, owner] of Object.entries(owners)) {
      const job = await storeFinishedJob(gateway, owner, 'a.mkv', Buffer.from(key));
      made.set(key as keyof typeof owners, job);
    }
    const { ids } = await list('', token);
    expect(ids.sort()).toEqual(visible.map((key) => made.get(key)?.jobId).sort());
    for (const [key, { jobId, fid }] of made) {
      const expected = visible.includes(key) ? 200 : 404;
      expect((await get(`/jobs/${jobId}`, token)).status).toBe(expected);
      expect((await get(`/jobs/${jobId}/mp3`, token)).status).toBe(expected);
      const download = await get(`/download?fid=${fid}`, token);
      expect(download).toMatchObject(
        expected === 200 ? { status: 200, text: key } : { status: 404, text: 'not found' },
      );
    }
  });
});

describe('the list', () => {
  test('is in pages, newest first, and complete whatever comes in between', async () => {
    const token = annToken();
    const at = (minute: number) => ({ createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)) });
    const ids: string[] = [];
    // Two of them at the same moment: the id decides.
    for (const minute of [1, 2, 3, 3, 4, 5, 6]) ids.unshift(await addJob(annId, at(minute)));
    const first = await list('?limit=2', token);
    await addJob(annId, at(9));
    const read = [...first.ids];
    for (let { next } = first; next !== null;) {
      const page = await list(`?limit=2&after=${next}`, token);
      expect(page.ids.length).toBeLessThanOrEqual(2);
      read.push(...page.ids);
      next = page.next;
    }
    expect(read).toEqual(ids);
  });

  test('a page that is just full has no next one', async () => {
    await addJob(annId);
    await addJob(annId);
    expect((await list('?limit=2', annToken())).next).toBeNull();
  });

  test('can keep one state', async () => {
    const failed = await addJob(annId, { state: 'failed' });
    await addJob(annId);
    expect((await list('?state=failed', annToken())).ids).toEqual([failed]);
  });

  test.each([
    ['?state=done', 'state: expected one of queued, converting, waiting, ready, failed, dead'],
    ['?state=', 'state: expected one of queued, converting, waiting, ready, failed, dead'],
    ['?limit=0', 'limit: expected a whole number from 1 to 200'],
    ['?limit=201', 'limit: expected a whole number from 1 to 200'],
    ['?limit=1&limit=2', 'limit: expected a whole number from 1 to 200'],
    ['?after=x', 'after: expected the "next" of a page'],
    ['?after=9999999999999999-x', 'after: expected the "next" of a page'],
  ])('%s: 400 %s', async (query, text) => {
    expect(await get(`/jobs${query}`, annToken())).toMatchObject({ status: 400, text });
  });
});

describe('a job', () => {
  test('shows how far it is', async () => {
    const startedAt = new Date(Date.UTC(2026, 0, 2));
    const id = await addJob(annId, {
      state: 'converting',
      step: 'transcode',
      percent: 42,
      attempts: 1,
      startedAt,
      createdAt: new Date(Date.UTC(2026, 0, 1)),
    });
    const answer = await get(`/jobs/${id}`, annToken());
    expect(JSON.parse(answer.text)).toEqual({
      id,
      state: 'converting',
      step: 'transcode',
      percent: 42,
      source: { name: 'a.mkv', bytes: 5 },
      mp3: null,
      failure: null,
      created_at: '2026-01-01T00:00:00.000Z',
      started_at: '2026-01-02T00:00:00.000Z',
      finished_at: null,
      attempts: 1,
    });
  });

  test('shows its MP3', async () => {
    const { jobId, fid } = await storeFinishedJob(gateway, annId, 'a.mkv', Buffer.from('mp3'));
    const answer = await get(`/jobs/${jobId}`, annToken());
    expect(JSON.parse(answer.text)).toMatchObject({
      state: 'ready',
      mp3: { fid, bytes: 3, duration_ms: 1000 },
    });
  });

  test('says why there is no MP3, and keeps our errors to itself', async () => {
    const failed = await addJob(annId, {
      state: 'failed',
      refusal: { reason: 'no-audio', detail: 'stream map empty' },
    });
    const dead = await addJob(annId, {
      state: 'dead',
      failures: [
        {
          attempt: 1,
          at: new Date(),
          worker: 'converter-1',
          step: 'transcode',
          errorClass: 'Error',
          error: 'connect ECONNREFUSED 10.0.0.7',
        },
      ],
    });
    const answers = [
      await get(`/jobs/${failed}`, annToken()),
      await get(`/jobs/${dead}`, annToken()),
    ];
    expect(answers.map(({ text }) => (JSON.parse(text) as { failure: unknown }).failure)).toEqual([
      { reason: 'no-audio', message: refusalSentences['no-audio'] },
      { reason: 'internal', message: expect.stringContaining('on our side') as string },
    ]);
    expect(answers.map(({ text }) => text).join()).not.toMatch(/ECONNREFUSED|stream map/);
  });
});
