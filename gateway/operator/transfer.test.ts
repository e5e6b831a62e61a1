import type { DeadLetterRecord } from '../../dead-letters/dead-letter';
import { openStores, type DeadLetterStores } from '../../dead-letters/stores';
import { seedLetters } from '../../dead-letters/test-letters';
import type { AuditPage, Imported } from '../../dead-letters/views';
import { createVhost, type TestVhost, testMongoUrl } from '../../local/test-stack';
import { startTestGateway, type TestGateway, until, whenReady } from '../test-gateway';
import { ask } from '../test-requests';
import { operatorAddress, TestOperator } from './test-operator';

let vhost: TestVhost;
let gateway: TestGateway;
let stores: DeadLetterStores;
let operator: TestOperator;
let letters: DeadLetterRecord[];

const exportPath = '/operator/dead-letters/export';
const importPath = '/operator/dead-letters/import';

beforeAll(async () => {
  vhost = await createVhost();
  gateway = await startTestGateway(
    { mongoUrl: await testMongoUrl(), rabbitmqUrl: vhost.url },
    { IDLE_TIMEOUT_MS: '500' },
  );
  await whenReady(gateway);
  stores = openStores(gateway.stores.client.db(gateway.stores.jobs.dbName));
  operator = new TestOperator(gateway);
}, 60_000);

beforeEach(async () => {
  await stores.letters.deleteMany({});
  await stores.audit.deleteMany({});
  letters = await seedLetters(stores, 8);
});

afterAll(async () => {
  await gateway.close();
  await vhost.drop();
});

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

describe('export', () => {
  test('has a line for each letter and comes as a file', async () => {
    const answer = await ask(gateway.url + exportPath, {
      headers: { authorization: `Bearer ${operator.token}` },
    });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename=dead-letters.ndjson',
    });
    expect(linesOf(answer.text)).toHaveLength(letters.length);
    for (const line of linesOf(answer.text))
      expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  test('of a filter, and of ids in any state', async () => {
    const mails = letters.filter(({ workQueue }) => workQueue === 'mp3');
    const filtered = await operator.call('GET', `${exportPath}?queue=mp3`);
    expect(linesOf(filtered.text)).toHaveLength(mails.length);
    const [one, other] = letters;
    await stores.letters.updateOne({ _id: one?._id ?? '' }, { $set: { state: 'discarded' } });
    const named = await operator.call(
      'GET',
      `${exportPath}?id=${one?._id ?? ''}&id=${other?._id ?? ''}`,
    );
    expect(linesOf(named.text)).toHaveLength(2);
    const single = await operator.call('GET', `${exportPath}?id=${one?._id ?? ''}`);
    expect(linesOf(single.text)).toHaveLength(1);
  });

  test('refuses ids beside a filter, and what is no id', async () => {
    const id = letters[0]?._id ?? '';
    expect(await operator.call('GET', `${exportPath}?id=${id}&queue=mp3`)).toMatchObject({
      status: 400,
      text: 'id: expected no filter beside it',
    });
    const answer = await operator.call('GET', `${exportPath}?id=nothing`);
    expect(answer).toMatchObject({ status: 400, text: 'id.0: expected 16 hexadecimal digits' });
  });

  test('takes as many ids as it says, with a large token, and no more', async () => {
    const addressOf = (ids: number) =>
      `${exportPath}?${Array.from({ length: ids }, () => `id=${letters[0]?._id ?? ''}`).join('&')}`;
    const large = { cookie: 'x'.repeat(5_000) };
    const answer = await operator.call('GET', addressOf(500), undefined, large);
    expect(answer.status).toBe(200);
    expect(linesOf(answer.text)).toHaveLength(1);
    expect((await operator.call('GET', addressOf(501))).status).toBe(400);
  });

  test('HEAD answers without a body', async () => {
    const answer = await ask(gateway.url + exportPath, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${operator.token}` },
    });
    expect(answer).toMatchObject({ status: 200, text: '' });
  });
});

describe('import', () => {
  test('files again what an export holds, once, and says so in the audit', async () => {
    const exported = await operator.call('GET', exportPath);
    await stores.letters.deleteMany({});
    const url = `${importPath}?reason=${encodeURIComponent('back from the other cluster')}`;
    const first = await operator.json<Imported>(200, 'POST', url, exported.body);
    expect(first).toMatchObject({ filed: letters.length, known: 0 });
    const again = await operator.json<Imported>(200, 'POST', url, exported.body);
    expect(again).toMatchObject({ filed: 0, known: letters.length });
    const ids = (await stores.letters.find({}).toArray()).map(({ _id }) => _id);
    expect(ids.sort()).toEqual(letters.map(({ _id }) => _id).sort());
    const audit = await operator.json<AuditPage>(
      200,
      'GET',
      `/operator/dead-letters/audit?order=${first.order}`,
    );
    expect(audit.entries).toHaveLength(letters.length);
    for (const entry of audit.entries) {
      expect(entry).toMatchObject({
        actor: operatorAddress,
        action: 'import',
        reason: 'back from the other cluster',
      });
    }
    const csv = await operator.call('GET', '/operator/dead-letters/audit?limit=2', undefined, {
      accept: 'text/csv',
    });
    expect(csv.headers.link).toContain('after=');
  });

  test('a client that asks before it sends is let in', async () => {
    const exported = await operator.call('GET', exportPath);
    await stores.letters.deleteMany({});
    const answer = await operator.call(
      'POST',
      `${importPath}?reason=x`,
      (sending) => {
        sending.on('continue', () => sending.end(exported.body));
        sending.flushHeaders();
      },
      { expect: '100-continue' },
    );
    expect(JSON.parse(answer.text)).toMatchObject({ filed: letters.length });
  });

  test.each([
    ['not JSON', 'nonsense\n'],
    ['JSON of another kind', '{"a":1}\n'],
    ['bytes', Buffer.from([0xff, 0xfe, 0x0a])],
  ])('%s: 400 that names the line', async (_what, body) => {
    const exported = await operator.call('GET', exportPath);
    const whole = Buffer.concat([exported.body, Buffer.from(body)]);
    const answer = await operator.call('POST', `${importPath}?reason=x`, whole);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(`line ${letters.length + 1}`);
  });

  test('without a reason, or with other parameters: 400', async () => {
    for (const [query, text] of [
      ['', 'reason: expected '],
      ['?reason=%20', 'reason: expected '],
      ['?reason=x&force=1', 'force: expected a parameter of this call: reason'],
    ] as const) {
      const answer = await operator.call('POST', importPath + query, '');
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(text);
    }
  });

  test('one that says it is too large is not made to send it', async () => {
    const answer = await operator.call(
      'POST',
      `${importPath}?reason=x`,
      (sending) => {
        sending.flushHeaders();
        sending.on('response', (response) => response.on('end', () => sending.destroy()));
      },
      { 'content-length': String(512 * 1024 ** 2 + 1) },
    );
    expect(answer).toMatchObject({
      status: 413,
      text: `body too large (limit ${512 * 1024 ** 2} bytes)`,
    });
  });

  test('one that stands still: 408', async () => {
    const answer = await operator.call('POST', `${importPath}?reason=x`, (sending) => {
      sending.write('{"');
    });
    expect(answer).toMatchObject({ status: 408, text: 'body stood still for 500 ms' });
  });

  test('one that breaks off in a line leaves whole letters only', async () => {
    const exported = await operator.call('GET', exportPath);
    await stores.letters.deleteMany({});
    const half = exported.body.subarray(0, exported.body.length - 20);
    const before = gateway.log.length;
    await expect(
      operator.call('POST', `${importPath}?reason=x`, (sending) => {
        sending.write(half, () => sending.destroy());
      }),
    ).rejects.toThrow();
    await until('the request is over', () =>
      Promise.resolve(
        gateway.log
          .slice(before)
          .some(({ msg, route }) => msg === 'request' && route === importPath),
      ),
    );
    const filed = await stores.letters.find({}).toArray();
    expect(filed.length).toBeLessThan(letters.length);
    for (const { _id } of filed) expect(letters.map((letter) => letter._id)).toContain(_id);
    const unexpected = gateway.log.slice(before).filter(({ level }) => Number(level) >= 50);
    expect(unexpected).toEqual([]);
  });
});
