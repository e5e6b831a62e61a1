import { Binary } from 'mongodb';
import type { DeadLetterRecord } from '../../dead-letters/dead-letter';
import { openStores, type DeadLetterStores } from '../../dead-letters/stores';
import { seedJobsOf, seedLetters } from '../../dead-letters/test-letters';
import type { AuditPage, Groups, LetterDetail, LetterPage } from '../../dead-letters/views';
import { createVhost, type TestVhost, testMongoUrl } from '../../local/test-stack';
import { startTestGateway, type TestGateway, whenReady } from '../test-gateway';
import { TestOperator } from './test-operator';

let vhost: TestVhost;
let gateway: TestGateway;
let stores: DeadLetterStores;
let operator: TestOperator;
/** Oldest death first. */
let letters: DeadLetterRecord[];

const letterPaths = '/operator/dead-letters';
/** No text in any encoding, and a page that would run a script if it were shown as one. */
const strange = Buffer.from([0xff, 0xfe, 0x00, ...Buffer.from('<script>alert(1)</script>'), 0x80]);

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway({ mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url });
  await whenReady(gateway);
  stores = openStores(gateway.stores.client.db(gateway.stores.jobs.dbName));
  operator = new TestOperator(gateway);
  letters = await seedLetters(stores, 24, (index) =>
    index === 5
      ? { body: new Binary(strange), problem: 'not JSON', contentType: null, jobId: null }
      : {},
  );
  await seedJobsOf(stores, letters);
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

test('the gateway sees to the indexes that looking relies on', async () => {
  for (const collection of [stores.letters, stores.audit]) {
    const names = (await collection.indexes()).map(({ name }) => name);
    expect(names).toContain('newest');
  }
});

const newestFirst = () => letters.toReversed().map(({ _id }) => _id);
const list = (query: string) => operator.json<LetterPage>(200, 'GET', letterPaths + query);
const idsOf = ({ dead_letters: found }: LetterPage) => found.map(({ id }) => id);

describe('the list', () => {
  test('is in pages, newest death first, and looking changes nothing', async () => {
    const before = await stores.letters.find({}).sort({ _id: 1 }).toArray();
    const first = await list('?limit=10');
    expect(first.dead_letters).toHaveLength(10);
    const read = idsOf(first);
    for (let { next } = first; next !== null;) {
      const page = await list(`?limit=10&after=${encodeURIComponent(next)}`);
      read.push(...idsOf(page));
      next = page.next;
    }
    expect(read).toEqual(newestFirst());
    expect(await stores.letters.find({}).sort({ _id: 1 }).toArray()).toEqual(before);
  });

  test('the answer is for this bearer alone and is not kept', async () => {
    const answer = await operator.call('GET', letterPaths);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test.each([
    ['queue=mp3', (letter: DeadLetterRecord) => letter.workQueue === 'mp3'],
    ['step=transcode', ({ last }: DeadLetterRecord) => last.step === 'transcode'],
    ['step=-', ({ last }: DeadLetterRecord) => last.step === null],
    ['error_class=MailRefused', ({ last }: DeadLetterRecord) => last.errorClass === 'MailRefused'],
    ['reason=delivery-limit', ({ last }: DeadLetterRecord) => last.reason === 'delivery-limit'],
    [
      'user=listener3@example.com',
      ({ address }: DeadLetterRecord) => address === 'listener3@example.com',
    ],
    ['min_attempts=4', ({ last }: DeadLetterRecord) => last.attempts >= 4],
    ['state=parked', () => false],
    [
      'queue=video&step=transcode&error_class=MediaToolError',
      ({ workQueue, last }: DeadLetterRecord) =>
        workQueue === 'video' && last.errorClass === 'MediaToolError',
    ],
  ])('%s', async (query, fits) => {
    const expected = letters.filter(fits).toReversed();
    expect(idsOf(await list(`?limit=200&${query}`))).toEqual(expected.map(({ _id }) => _id));
  });

  test('by time of death and by job', async () => {
    const [middle] = letters.slice(12);
    const at = encodeURIComponent(middle?.last.at.toISOString() ?? '');
    expect(idsOf(await list(`?died_after=${at}`))).toEqual(newestFirst().slice(0, 12));
    expect(idsOf(await list(`?died_before=${at}`))).toEqual(newestFirst().slice(12));
    expect(idsOf(await list(`?job=${middle?.jobId ?? ''}`))).toEqual([middle?._id]);
  });

  test('as CSV for who asks for it, with a link to the next page', async () => {
    const answer = await operator.call('GET', `${letterPaths}?limit=4&state=open`, undefined, {
      accept: 'text/csv',
    });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename=dead-letters.csv',
    });
    expect(answer.headers.vary).toContain('Accept');
    const lines = answer.text.trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain(newestFirst()[0]);
    const [, next = ''] = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link)) ?? [];
    expect(next).toContain('state=open');
    const second = await operator.json<LetterPage>(200, 'GET', next);
    expect(idsOf(second)).toEqual(newestFirst().slice(4, 8));
  });

  test.each([
    ['colour=red', 'colour: expected a parameter of this call: queue, step, '],
    ['queue=vidoe', 'queue: expected one of video, mp3, failed'],
    ['reason=bad', 'reason: expected one of attempts-exhausted, '],
    ['state=', 'state: expected one of open, parked, replaying, replayed, discarded, any'],
    ['state=open&state=parked', 'state: expected one of open, '],
    ['died_after=yesterday', 'died_after: expected a time in UTC such as 2026-01-31T08:00:00Z'],
    ['min_attempts=-1', 'min_attempts: expected '],
    ['min_attempts=two', 'min_attempts: expected '],
    ['min_replays=1e3', 'min_replays: expected '],
    ['limit=0', 'limit: expected number to be >=1'],
    ['limit=201', 'limit: expected number to be <=200'],
    ['limit=', 'limit: expected '],
    ['after=nothing', 'after: expected the "next" of a page'],
    ['__proto__=1', '__proto__: expected a parameter of this call: queue, '],
  ])('%s: 400', async (query, text) => {
    const answer = await operator.call('GET', `${letterPaths}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(text);
  });
});

test('groups, the largest first, of the letters that a filter finds', async () => {
  const { groups } = await operator.json<Groups>(200, 'GET', `${letterPaths}/groups`);
  expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(letters.length);
  const counts = groups.map(({ count }) => count);
  expect(counts).toEqual(counts.toSorted((one, other) => other - one));
  const mails = await operator.json<Groups>(200, 'GET', `${letterPaths}/groups?queue=mp3`);
  expect(mails.groups).toEqual(groups.filter(({ queue }) => queue === 'mp3'));
  const answer = await operator.call('GET', `${letterPaths}/groups?limit=5`);
  expect(answer).toMatchObject({ status: 400 });
});

describe('one letter', () => {
  test('with its message, deaths, attempts and job', async () => {
    const [letter] = letters;
    const shown = await operator.json<LetterDetail>(
      200,
      'GET',
      `${letterPaths}/${letter?._id ?? ''}`,
    );
    expect(shown).toMatchObject({
      id: letter?._id,
      body: { kind: 'json', json: { video_fid: letter?.jobId } },
      job_record: { id: letter?.jobId, state: 'dead' },
    });
    expect(shown.attempts_made).toHaveLength(letter?.last.attempts ?? -1);
  });

  test('that is no message of ours', async () => {
    const shown = await operator.json<LetterDetail>(
      200,
      'GET',
      `${letterPaths}/${letters[5]?._id ?? ''}`,
    );
    expect(shown).toMatchObject({ problem: 'not JSON', job_record: null });
  });

  test('its body, byte for byte, as a file', async () => {
    const id = letters[5]?._id ?? '';
    const answer = await operator.call('GET', `${letterPaths}/${id}/body`);
    expect(answer.body).toEqual(strange);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename=dead-letter-${id}.bin`,
      'content-length': String(strange.length),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  test.each(['0123456789abcdef', 'nothing', '%7B%22$gt%22:1%7D'])('%s: 404', async (id) => {
    for (const path of [`${letterPaths}/${id}`, `${letterPaths}/${id}/body`]) {
      expect(await operator.call('GET', path)).toMatchObject({ status: 404, text: 'not found' });
    }
  });

  test('has no parameters', async () => {
    const answer = await operator.call('GET', `${letterPaths}/${letters[0]?._id ?? ''}?queue=mp3`);
    expect(answer).toMatchObject({ status: 400, text: 'queue: expected no parameters' });
  });
});

test('the audit is empty before anybody did anything, as JSON and as CSV', async () => {
  const page = await operator.json<AuditPage>(200, 'GET', `${letterPaths}/audit`);
  expect(page).toEqual({ entries: [], next: null });
  const csv = await operator.call('GET', `${letterPaths}/audit`, undefined, { accept: 'text/csv' });
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  for (const query of ['letter=x', 'limit=999', 'after=nothing', 'actor=me']) {
    const answer = await operator.call('GET', `${letterPaths}/audit?${query}`);
    expect([query, answer.status]).toEqual([query, 400]);
  }
});
