import { BSON, ObjectId } from 'mongodb';
import { createHash, randomBytes } from 'node:crypto';
import { messageIdOf } from '../../contracts/message';
import type { DeadLetterRecord } from '../dead-letter';
import { letterBody } from '../letter-body';
import { letterId } from '../stores';
import { openTestStores, seedJobsOf, type TestStores } from '../test-letters';
import type { ArrivedMessage } from './arrived-message';
import { fileMessages } from './file-messages';
import { arrivedMessage, brokerDeath, diedAt, ourDeath, ourLetter } from './test-messages';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(() => stores.drop());

afterEach(async () => {
  for (const collection of await stores.database.collections()) await collection.deleteMany({});
});

const file = (...messages: ArrivedMessage[]) => fileMessages(stores, messages);
const newFid = () => new ObjectId().toHexString();
const after = (seconds: number) => new Date(diedAt.getTime() + seconds * 1_000);

async function onFile(): Promise<DeadLetterRecord[]> {
  return stores.letters.find().sort({ _id: 1 }).toArray();
}

async function theLetter(): Promise<DeadLetterRecord> {
  const [letter, ...others] = await onFile();
  expect(others).toEqual([]);
  if (letter === undefined) throw new Error('nothing is on file');
  return letter;
}

/** As an order leaves a letter that it put back. */
async function putBack(change: Partial<DeadLetterRecord> = {}): Promise<void> {
  const { _id } = await theLetter();
  const marks = {
    state: 'replayed',
    stateAt: after(60),
    outcome: 'waiting',
    order: 'order',
  } as const;
  await stores.letters.updateOne({ _id }, { $set: { ...marks, replays: 1, replay: 1, ...change } });
}

/** Everything that filing may have written. */
async function everything(): Promise<unknown> {
  const { database } = stores;
  const names = ['dead_letters', 'dead_letter_audit', 'jobs', 'dead_letters.files'];
  const all = names.map((name) => database.collection(name).find().sort({ _id: 1 }).toArray());
  const chunks = await database.collection('dead_letters.chunks').find().sort({ n: 1 }).toArray();
  const sums = chunks.map((chunk) =>
    createHash('sha256').update(BSON.serialize(chunk)).digest('hex'),
  );
  return [...(await Promise.all(all)), sums];
}

describe('the first time', () => {
  it('a letter of ours is on file with all that came', async () => {
    const fid = newFid();
    const message = ourLetter(fid);
    await file(message);
    const letter = await theLetter();
    expect(letter).toMatchObject({
      _id: letterId('video', fid),
      queue: 'video',
      workQueue: 'video',
      messageId: fid,
      jobId: fid,
      address: 'ann@example.com',
      contentType: 'application/json',
      bodyBytes: message.content.length,
      problem: null,
      firstAt: diedAt,
      state: 'open',
      replays: 0,
      replay: 0,
      outcome: null,
      order: null,
    });
    expect(letter.deaths).toEqual([letter.last]);
    expect(letter.last).toMatchObject({ reason: 'attempts-exhausted', at: diedAt, attempts: 4 });
    expect(JSON.parse(letter.headers)).toEqual(message.headers);
    expect(Buffer.from(await letterBody(stores, letter))).toEqual(message.content);
  });

  it('a message of the tutorial’s is about the job of its video, under whose id it is put back', async () => {
    const fid = newFid();
    const bare = { video_fid: fid, mp3_fid: null, username: 'bare@example.com' };
    const content = Buffer.from(JSON.stringify(bare));
    await file(arrivedMessage({ content, headers: ourDeath() }));
    await file(ourLetter(fid, { replay: 1 }));
    expect(await theLetter()).toMatchObject({ messageId: fid, jobId: fid, last: { replay: 1 } });
  });

  it('news keep the id they came with, or get one of their bytes', async () => {
    const content = Buffer.from(JSON.stringify({ mp3_fid: newFid(), username: 'a@example.com' }));
    await file(arrivedMessage({ workQueue: 'mp3', content, messageId: 'ready.1' }));
    await file(arrivedMessage({ workQueue: 'mp3', content }));
    const ids = (await onFile()).map(({ messageId, jobId }) => ({ messageId, jobId }));
    expect(ids).toContainEqual({ messageId: 'ready.1', jobId: null });
    expect(ids).toContainEqual({ messageId: messageIdOf(content), jobId: null });
    expect(ids).toHaveLength(2);
  });

  it.each<[string, Buffer, RegExp]>([
    ['empty', Buffer.alloc(0), /^not JSON/],
    ['no JSON', Buffer.from('{"video_fid": '), /^not JSON/],
    ['binary', Buffer.from([0xff, 0x00, 0xd8, 0xfe]), /^not JSON/],
    ['a list', Buffer.from('[]'), /^body: /],
    ['null', Buffer.from('null'), /^body: /],
    ['of a field too few', Buffer.from('{"video_fid": "0123456789abcdef01234567"}'), /username/],
    ['nested a hundred thousand times', Buffer.from('['.repeat(100_000)), /^not JSON/],
    [
      'nested a hundred thousand times, and whole',
      Buffer.from('['.repeat(1e5) + ']'.repeat(1e5)),
      /^body/,
    ],
    ['of a million options', Buffer.from(millionOptions()), /^options/],
  ])(
    'a message that is %s is on file with its problem and its bytes',
    async (_what, content, problem) => {
      await file(arrivedMessage({ content, headers: { 'job-id': 'job-7' } }));
      const letter = await theLetter();
      expect(letter.problem).toMatch(problem);
      expect(letter.problem?.length).toBeLessThan(2_000);
      expect(letter).toMatchObject({ jobId: 'job-7', address: null, bodyBytes: content.length });
      expect(letter.messageId).toBe(messageIdOf(content));
      expect(content.equals(await letterBody(stores, letter))).toBe(true);
    },
  );

  it('a body of 10 MB is whole, beside its record', async () => {
    const content = randomBytes(10 * 1024 * 1024);
    await file(arrivedMessage({ content, messageId: 'large' }), ourLetter(newFid()));
    const large = await stores.letters.findOne({ messageId: 'large' });
    expect(large).toMatchObject({ body: null, bodyBytes: content.length });
    expect(large === null || content.equals(await letterBody(stores, large))).toBe(true);
    const before = await everything();
    await file(arrivedMessage({ content, messageId: 'large' }));
    expect(await everything()).toEqual(before);
  });

  it('what a crash left of a large body does no harm', async () => {
    const content = randomBytes(700_000);
    const message = arrivedMessage({ content, messageId: 'large' });
    await file(message);
    const { _id } = await theLetter();
    await stores.letters.deleteOne({ _id });
    await stores.database.collection('dead_letters.files').deleteMany({});
    await file(message);
    expect(content.equals(await letterBody(stores, await theLetter()))).toBe(true);
    expect(await stores.database.collection('dead_letters.chunks').countDocuments()).toBe(3);
  });

  it('two large copies in one batch are one whole body', async () => {
    const message = arrivedMessage({ content: randomBytes(300_000), messageId: 'large' });
    await file(message, message);
    const body = await letterBody(stores, await theLetter());
    expect(Buffer.from(message.content).equals(body)).toBe(true);
    expect(await stores.database.collection('dead_letters.files').countDocuments()).toBe(1);
  });

  it('ids that name no job name none', async () => {
    await file(arrivedMessage({ headers: { 'job-id': '../../etc' } }));
    await file(arrivedMessage({ messageId: 'b', headers: { 'job-id': { $ne: null } } }));
    expect((await onFile()).map(({ jobId }) => jobId)).toEqual([null, null]);
  });
});

function millionOptions(): string {
  const names = Array.from({ length: 1_000_000 }, (_, index) => `"${index}":0`);
  return `{"video_fid":"0123456789abcdef01234567","username":"a","options":{${names.join(',')}}}`;
}

describe('headers of any shape', () => {
  const headersOf = async (headers: ArrivedMessage['headers']): Promise<string> => {
    await file(arrivedMessage({ headers }));
    return (await theLetter()).headers;
  };

  it.each<[string, unknown, unknown]>([
    ['a table', { a: { 'b.c': [1, { $where: 'x' }] } }, { a: { 'b.c': [1, { $where: 'x' }] } }],
    ['bytes', { key: Buffer.from([0, 255]) }, { key: { base64: 'AP8=' } }],
    ['bytes in a list', [Uint8Array.of(7)], [{ base64: 'Bw==' }]],
    ['a time of the broker’s', { '!': 'timestamp', value: 7 }, { '!': 'timestamp', value: 7 }],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['no date', new Date(NaN), null],
    ['a large number', 12345678901234567890n, '12345678901234567890'],
    ['nothing', null, null],
    ['no number', NaN, null],
    ['a zero byte', '\0', '\0'],
    ['half a character', '\ud800', '\ud800'],
  ])('%s is kept', async (_what, value, kept) => {
    expect(JSON.parse(await headersOf({ $x: value, 'a.b': value }))).toEqual({
      $x: kept,
      'a.b': kept,
    });
  });

  it('names of our language’s own are kept', async () => {
    const text = '{"__proto__":{"dead-reason":"unknown-error"},"constructor":"a","toJSON":"b"}';
    expect(await headersOf(JSON.parse(text) as Record<string, unknown>)).toBe(text);
    expect((await theLetter()).last.reason).toBe('not-stated');
  });

  it('a table nested twenty thousand times is cut', async () => {
    let table: Record<string, unknown> = { end: true };
    for (let depth = 0; depth < 20_000; depth += 1) table = { t: table };
    const text = await headersOf({ table, after: 'kept' });
    expect(text.length).toBeLessThan(1_000);
    expect(JSON.parse(text)).toMatchObject({ after: 'kept', table: { t: { t: {} } } });
  });

  it('an error text that looks like a variable of MongoDB’s is text, the second time as well', async () => {
    const fid = newFid();
    const said = { 'dead-error': '$deaths', 'dead-error-class': '$$ROOT' };
    await file(ourLetter(fid, said));
    await putBack();
    await file(ourLetter(fid, { ...said, replay: 1, $body: '$body' }, { username: '$username' }));
    const { deaths, last, address } = await theLetter();
    expect(deaths.map(({ error, errorClass }) => [error, errorClass])).toEqual([
      ['$deaths', '$$ROOT'],
      ['$deaths', '$$ROOT'],
    ]);
    expect(last.error).toBe('$deaths');
    expect(address).toBe('$username');
  });
});

describe('a second copy', () => {
  const fid = newFid();
  const copies: [string, ArrivedMessage][] = [
    ['of ours', ourLetter(fid)],
    [
      'of the broker’s',
      { ...ourLetter(fid), headers: { 'job-id': fid, ...brokerDeath('delivery_limit') } },
    ],
    ['of a stranger’s without an id', arrivedMessage({ content: Buffer.from('hello') })],
    [
      'of a stranger’s news',
      arrivedMessage({
        workQueue: 'mp3',
        content: Buffer.from(JSON.stringify({ mp3_fid: fid, username: 'a' })),
      }),
    ],
  ];

  it.each(copies)('%s in one batch is the same letter', async (_what, message) => {
    await file(message, message);
    expect((await theLetter()).deaths).toHaveLength(1);
  });

  it.each(copies)('%s changes nothing later', async (_what, message) => {
    await file(message);
    const before = await everything();
    await file(message);
    expect(await everything()).toEqual(before);
  });

  it.each(copies)('%s is no new death while its replay is under way', async (_what, message) => {
    await file(message);
    for (const state of ['replaying', 'replayed'] as const) {
      await putBack({ state });
      const before = await everything();
      await file(message);
      expect(await everything()).toEqual(before);
    }
  });

  it('of the death before is none once its replay has died', async () => {
    await file(ourLetter(fid));
    await putBack();
    await file(ourLetter(fid, { replay: 1, ...ourDeath(after(90)) }));
    const before = await everything();
    await file(ourLetter(fid), ourLetter(fid, { replay: 1, ...ourDeath(after(90)) }));
    expect(await everything()).toEqual(before);
  });

  it.each(['discarded', 'parked'] as const)('does not open a letter that is %s', async (state) => {
    await file(ourLetter(fid));
    await putBack({ state, outcome: null });
    const before = await everything();
    await file(ourLetter(fid));
    expect(await everything()).toEqual(before);
  });

  it('does not open a letter whose replay has succeeded', async () => {
    await file(ourLetter(fid));
    await putBack({ outcome: 'succeeded' });
    const before = await everything();
    await file(ourLetter(fid));
    expect(await everything()).toEqual(before);
  });

  it('does not replace a large body by another', async () => {
    const headers = { 'job-id': 'job-7' };
    const message = arrivedMessage({ content: randomBytes(300_000), messageId: 'large', headers });
    await file(message);
    await file({ ...message, content: randomBytes(400_000) });
    const body = await letterBody(stores, await theLetter());
    expect(Buffer.from(message.content).equals(body)).toBe(true);
  });
});

describe('strangers', () => {
  const news = (content: string, headers: ArrivedMessage['headers'] = {}) =>
    arrivedMessage({ workQueue: 'mp3', content: Buffer.from(content), messageId: '1', headers });

  it.each(['video', 'mp3', 'failed'] as const)(
    'whose messages on %s have one id lose none of them',
    async (workQueue) => {
      const one = { ...arrivedMessage({ workQueue }), messageId: '1' };
      const other = { ...one, content: Buffer.from('other') };
      await file(one, other, one);
      await file(other);
      const bodies = await Promise.all(
        (await onFile()).map((letter) => letterBody(stores, letter)),
      );
      expect(bodies.map((body) => Buffer.from(body).toString()).sort()).toEqual(['other', '{}']);
    },
  );

  it('that name no job of ours lose none either', async () => {
    const headers = { 'job-id': '../../etc' };
    await file(news('one', headers), news('other', headers));
    expect(await onFile()).toHaveLength(2);
  });

  it('whose message is put back have it on one letter, whatever an edit made of it', async () => {
    await file(news('one'), news('other'));
    const [first, second] = await onFile();
    const id = first?._id ?? '';
    await stores.letters.updateOne(
      { _id: id },
      { $set: { state: 'replayed', outcome: 'waiting', order: 'order', replays: 1, replay: 1 } },
    );
    await file(news('edited', { 'dead-letter': id, replay: 1 }));
    const letter = await stores.letters.findOne({ _id: id });
    expect(letter).toMatchObject({ state: 'open', outcome: 'died-again', messageId: '1' });
    expect(letter?.deaths.map(({ replay }) => replay)).toEqual([0, 1]);
    expect(Buffer.from(letter?.body?.buffer ?? []).toString()).toBe('edited');
    expect(await onFile()).toEqual(expect.arrayContaining([second]));
    expect(await onFile()).toHaveLength(2);
  });

  it.each([undefined, 'no id', '0123456789ABCDEF', 7, { $gt: '' }])(
    'cannot name %p as their letter',
    async (value) => {
      const before = news('one');
      await file(before, news('one', { 'dead-letter': value }));
      expect(await onFile()).toHaveLength(1);
    },
  );

  it.each([10_001, 1_000_000, 1_000_001, Number.MAX_SAFE_INTEGER])(
    'that count %p replays leave room for ours',
    async (replay) => {
      const message = news('one', { replay });
      await file(message, message);
      const before = await everything();
      await file(message);
      expect(await everything()).toEqual(before);
      expect(await theLetter()).toMatchObject({ last: { replay: 0 }, deaths: [{ replay: 0 }] });
      await putBack();
      await file(news('one', { replay: 1, 'dead-letter': (await theLetter())._id }));
      expect(await theLetter()).toMatchObject({ outcome: 'died-again', last: { replay: 1 } });
    },
  );

  it('are believed a high number that was given here', async () => {
    await file(news('one'));
    await putBack({ replays: 20_000, replay: 20_000 });
    await file(news('one', { replay: 20_000 }));
    expect(await theLetter()).toMatchObject({ state: 'open', last: { replay: 20_000 } });
  });
});

describe('a letter that died again', () => {
  const fid = newFid();

  async function dieAgain(...with_: ArrivedMessage[]): Promise<void> {
    await file(ourLetter(fid));
    await putBack();
    await file(...with_, ourLetter(fid, { replay: 1, ...ourDeath(after(90)) }), ...with_);
  }

  it('keeps its history, is open, and says so in the audit', async () => {
    await dieAgain();
    const letter = await theLetter();
    expect(letter.deaths.map(({ replay, at }) => [replay, at])).toEqual([
      [0, diedAt],
      [1, after(90)],
    ]);
    expect(letter).toMatchObject({
      state: 'open',
      outcome: 'died-again',
      replays: 1,
      firstAt: diedAt,
      order: 'order',
      last: { replay: 1, at: after(90) },
    });
    expect(letter.stateAt.getTime()).toBeGreaterThan(after(60).getTime());
    expect(await stores.audit.find().toArray()).toEqual([
      {
        _id: `order.${letter._id}.outcome`,
        kind: 'outcome',
        at: expect.any(Date) as Date,
        of: `order.${letter._id}`,
        order: 'order',
        letter: letter._id,
        jobId: fid,
        outcome: 'died-again',
      },
    ]);
  });

  it('says so in the audit as well with an older copy in the same batch', async () => {
    await dieAgain(ourLetter(fid));
    expect(await stores.audit.countDocuments({ outcome: 'died-again' })).toBe(1);
    expect((await theLetter()).deaths).toHaveLength(2);
  });

  it('does so before its order has marked it as put back', async () => {
    await file(ourLetter(fid));
    await putBack({ state: 'replaying' });
    await file(ourLetter(fid, { replay: 1 }));
    expect(await theLetter()).toMatchObject({ state: 'open', outcome: 'died-again' });
  });

  it('does so once, also when it is filed twice', async () => {
    await dieAgain();
    const before = await everything();
    await file(ourLetter(fid, { replay: 1, ...ourDeath(after(90)) }));
    expect(await everything()).toEqual(before);
  });

  it('is kept as it died last: an edit has changed it', async () => {
    await file(ourLetter(fid, { 'trace-id': 'a' }));
    await putBack();
    const again = ourLetter(fid, { replay: 1 }, { username: 'Bob@example.com' });
    await file(again);
    const letter = await theLetter();
    expect(letter.address).toBe('bob@example.com');
    expect(JSON.parse(letter.headers)).toEqual(again.headers);
    expect(letter.bodyBytes).toBe(again.content.length);
    expect(Buffer.from(await letterBody(stores, letter))).toEqual(again.content);
  });

  it('is kept as it died last where the body is large, too', async () => {
    const large = (byte: number) => Buffer.alloc(300_000, byte);
    const content = large(1);
    const headers = { 'job-id': 'job-7' };
    const message = arrivedMessage({ workQueue: 'mp3', messageId: 'large', content, headers });
    await file(message);
    await putBack();
    await file({ ...message, content: large(2), headers: { ...headers, replay: 1 } });
    expect(large(2).equals(await letterBody(stores, await theLetter()))).toBe(true);
    await file({ ...message, content: large(1) });
    expect(large(2).equals(await letterBody(stores, await theLetter()))).toBe(true);
  });

  it('keeps its job when the message does not name it any more, and its large body is the last', async () => {
    const large = (byte: number) => Buffer.alloc(300_000, byte);
    const message = arrivedMessage({ messageId: 'large', content: large(1) });
    await file({ ...message, headers: { 'job-id': 'job-7' } });
    const { _id } = await theLetter();
    await file({ ...message, content: large(2), headers: { 'dead-letter': _id, replay: 1 } });
    const letter = await theLetter();
    expect(letter).toMatchObject({ jobId: 'job-7', state: 'open', outcome: null });
    expect(letter.deaths).toHaveLength(2);
    expect(large(2).equals(await letterBody(stores, letter))).toBe(true);
  });

  it('has two deaths when both arrive together', async () => {
    await file(ourLetter(fid), ourLetter(fid, { replay: 1 }));
    expect((await theLetter()).deaths.map(({ replay }) => replay)).toEqual([0, 1]);
  });

  it('after it was discarded is open again', async () => {
    await file(ourLetter(fid));
    await putBack({ state: 'discarded', outcome: null, replays: 0, replay: 0 });
    await file(ourLetter(fid, ourDeath(after(90))));
    const letter = await theLetter();
    expect(letter).toMatchObject({ state: 'open', outcome: null });
    expect(letter.deaths.map(({ at }) => at)).toEqual([diedAt, after(90)]);
    expect(await stores.audit.countDocuments()).toBe(0);
    const before = await everything();
    await file(ourLetter(fid, ourDeath(after(90))));
    expect(await everything()).toEqual(before);
  });

  it.each([
    ['discarded', { state: 'discarded', outcome: null, replays: 0, replay: 0 }],
    ['put back with success', { outcome: 'succeeded' }],
  ] as const)(
    'by a clock that is behind ours, after it was %s, is open again',
    async (_what, closed) => {
      await file(ourLetter(fid));
      // The broker tells whole seconds.
      await putBack({ ...closed, stateAt: new Date(after(90).getTime() + 900) });
      await file(ourLetter(fid, ourDeath(after(90))));
      expect((await theLetter()).deaths).toHaveLength(2);
    },
  );

  it('is none when it is on file, however late it is told again', async () => {
    await file(ourLetter(fid));
    await putBack({ state: 'discarded', outcome: null, stateAt: new Date(diedAt.getTime() - 900) });
    const before = await everything();
    await file(ourLetter(fid));
    expect(await everything()).toEqual(before);
  });

  it('after its replay had succeeded is open again, and that it succeeded stays true', async () => {
    await file(ourLetter(fid));
    await putBack({ outcome: 'succeeded' });
    await file(ourLetter(fid, ourDeath(after(90))));
    expect(await theLetter()).toMatchObject({ state: 'open', outcome: 'succeeded' });
    expect(await stores.audit.countDocuments()).toBe(0);
  });

  it('is no second copy when it was closed because its job was under way: then that job died', async () => {
    await file(ourLetter(fid));
    await putBack({ replays: 0, replay: 0 });
    await file(ourLetter(fid, ourDeath(after(90))));
    expect(await theLetter()).toMatchObject({ state: 'open', outcome: 'died-again' });
    expect(await stores.audit.countDocuments({ outcome: 'died-again' })).toBe(1);
  });

  it('ends the replays of other letters of its job as well', async () => {
    await file({ ...ourLetter(fid), messageId: 'broken', content: Buffer.from('broken') });
    await putBack();
    const broken = await theLetter();
    await file(ourLetter(fid, { replay: 1 }));
    expect(await stores.letters.findOne({ _id: broken._id })).toEqual({
      ...broken,
      outcome: 'died-again',
    });
    expect(await stores.letters.countDocuments({ state: 'open', jobId: fid })).toBe(1);
    expect(await stores.audit.distinct('of')).toEqual([`order.${broken._id}`]);
  });
});

describe('a message that the broker gave up', () => {
  const crashed = (fid: string, headers: ArrivedMessage['headers'] = {}): ArrivedMessage => ({
    ...ourLetter(fid),
    headers: { 'job-id': fid, attempt: 3, ...brokerDeath('delivery_limit'), ...headers },
  });

  async function openJob(change: Parameters<typeof seedJobsOf>[2] = {}): Promise<string> {
    const fid = newFid();
    await file(ourLetter(fid));
    const letters = await stores.letters.find({ jobId: fid }).toArray();
    await stores.letters.deleteMany({ jobId: fid });
    const open = { state: 'queued', finishedAt: null, deadReason: null, failures: [] } as const;
    await seedJobsOf(stores, letters, { ...open, ...change });
    return fid;
  }

  it('leaves its open job dead, with a worker that crashed', async () => {
    const fid = await openJob();
    await file(crashed(fid), crashed(fid));
    const job = await stores.jobs.findOne({ _id: fid });
    expect(job).toMatchObject({ state: 'dead', deadReason: 'delivery-limit', claim: null });
    expect(job?.finishedAt).toBeInstanceOf(Date);
    expect(job?.failures).toEqual([
      expect.objectContaining({ attempt: 3, replay: 0, errorClass: 'WorkerCrashed', at: diedAt }),
    ]);
  });

  it('adds to the failures of its job no more than a worker does', async () => {
    const failure = { attempt: 1, at: diedAt, worker: 'w', step: null, errorClass: 'E', error: '' };
    const fid = await openJob({ failures: Array.from({ length: 200 }, () => failure) });
    await file(crashed(fid));
    const failures = (await stores.jobs.findOne({ _id: fid }))?.failures;
    expect(failures).toHaveLength(200);
    expect(failures?.at(-1)).toMatchObject({ errorClass: 'WorkerCrashed' });
  });

  it.each<[string, Parameters<typeof seedJobsOf>[2]]>([
    ['somebody works on', claimedBy(60_000)],
    ['has its MP3', { mp3: { fid: new ObjectId(), bytes: 1, durationMs: 1 } }],
    ['was put back since', { replays: 1, replayedAt: diedAt }],
    ['has ended', { state: 'ready', finishedAt: diedAt }],
  ])('leaves a job alone that %s', async (_what, change) => {
    const fid = await openJob(change);
    const before = await stores.jobs.findOne({ _id: fid });
    await file(crashed(fid));
    expect(await stores.jobs.findOne({ _id: fid })).toEqual(before);
  });

  it('leaves a job dead whose worker’s claim has ended, and one that was put back as often', async () => {
    const expired = await openJob(claimedBy(-60_000));
    await file(crashed(expired));
    expect(await stores.jobs.findOne({ _id: expired })).toMatchObject({
      state: 'dead',
      claim: null,
    });
    const again = await openJob({ replays: 2 });
    await file(crashed(again, { replay: 2 }));
    expect(await stores.jobs.findOne({ _id: again })).toMatchObject({ state: 'dead' });
  });

  it('leaves the mail of its job dead, unless it is out or was put back since', async () => {
    const news = (fid: string, headers: ArrivedMessage['headers'] = {}) => {
      const content = Buffer.from(JSON.stringify({ mp3_fid: fid, username: 'a', job_id: fid }));
      return { ...crashed(fid, headers), workQueue: 'mp3', queue: 'mp3', content } as const;
    };
    const ready = { state: 'ready', finishedAt: diedAt } as const;
    const mailOf = async (fid: string) => (await stores.jobs.findOne({ _id: fid }))?.mail;
    const pending = await openJob({ ...ready, mail: 'pending' });
    const sent = await openJob({ ...ready, mail: 'sent' });
    const again = await openJob({ ...ready, mail: 'pending', replays: 1 });
    await file(news(pending), news(sent), news(again));
    expect([await mailOf(pending), await mailOf(sent), await mailOf(again)]).toEqual([
      'dead',
      'sent',
      'pending',
    ]);
    await file(news(again, { replay: 1 }));
    expect(await mailOf(again)).toBe('dead');
  });
});

function claimedBy(ms: number): Parameters<typeof seedJobsOf>[2] {
  const expiresAt = new Date(Date.now() + ms);
  return { state: 'converting', claim: { token: 'a', worker: 'w', expiresAt } };
}
