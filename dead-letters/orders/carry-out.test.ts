import { Binary, ObjectId } from 'mongodb';
import type { OutgoingMessage } from '../../contracts/broker/confirmed-publisher';
import { BrokerAway } from '../../observability/broker-connection';
import { fileMessages } from '../filing/file-messages';
import { ourDeath, ourLetter } from '../filing/test-messages';
import type { DeadLetterRecord } from '../dead-letter';
import { letterId } from '../stores';
import { openTestStores, seedJobsOf, seedLetters, type TestStores } from '../test-letters';
import { leaveOrder } from './leave-order';
import { OrderRefused } from './place-order';
import { showOrder } from './show-order';
import { stopOrder } from './stop-order';
import {
  actionsOf,
  bodyOf,
  carryOut,
  lettersOnFile,
  ordersOf,
  overtaken,
  place,
  recordingPublisher,
  type RecordingPublisher,
} from './test-orders';

let stores: TestStores;
let publisher: RecordingPublisher;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(() => stores.drop());

beforeEach(() => {
  publisher = recordingPublisher();
});

afterEach(async () => {
  for (const collection of await stores.database.collections()) await collection.deleteMany({});
});

const newFid = () => new ObjectId().toHexString();
const carryAllOut = () => carryOut(ordersOf(stores, publisher));
const idsOf = (letters: readonly DeadLetterRecord[]) => ({ ids: letters.map(({ _id }) => _id) });
const statesOf = async (letters: readonly DeadLetterRecord[]) =>
  (await lettersOnFile(stores, letters)).map(({ state }) => state);
const videos = (count: number) => seedLetters(stores, count, { workQueue: 'video' });
const jobOf = async ({ jobId }: Pick<DeadLetterRecord, 'jobId'>) => {
  const job = await stores.jobs.findOne({ _id: jobId ?? '' });
  if (job === null) throw new Error('no such job');
  return job;
};

describe('letters whose order is not on record', () => {
  const order = newFid();
  /** As a killed relay leaves them, and a restore without the order. */
  const begun = (change: Partial<DeadLetterRecord>) =>
    seedLetters(stores, 1, { workQueue: 'video', order, ...change });

  it('are open again, with a word in the audit, and keep no other order waiting', async () => {
    const replaying = await begun({
      state: 'replaying',
      outcome: 'waiting',
      replay: 1,
      replays: 1,
    });
    const discarded = await begun({ state: 'discarded', unfinished: true });
    const parked = await begun({ state: 'parked', unfinished: true });
    const letters = [...replaying, ...discarded, ...parked];
    await seedJobsOf(stores, letters);
    const others = await videos(1);
    await seedJobsOf(stores, others);
    await place(stores, { action: 'replay', select: idsOf(others) });
    const missing: unknown[] = [];
    const onOrderMissing = (...told: unknown[]) => missing.push(told);
    await carryOut(ordersOf(stores, publisher, { onOrderMissing }));
    expect(await statesOf(letters)).toEqual(['open', 'open', 'parked']);
    expect(await statesOf(others)).toEqual(['replayed']);
    const [open] = await lettersOnFile(stores, replaying);
    expect(open?.outcome).toBeNull();
    expect(await stores.letters.countDocuments({ unfinished: true })).toBe(0);
    expect(missing).toEqual([[order, expect.arrayContaining(letters.map(({ _id }) => _id))]]);
    const entries = await actionsOf(stores, order);
    expect(entries.map(({ letter, action, result }) => [letter, action, result]).sort()).toEqual(
      [
        [replaying[0]?._id, 'replay', 'refused'],
        [discarded[0]?._id, 'discard', 'refused'],
      ].sort(),
    );
    // An operator orders anew.
    await place(stores, { action: 'replay', select: idsOf(replaying) });
    await carryAllOut();
    expect(await jobOf(replaying[0] ?? { jobId: null })).toMatchObject({ state: 'queued' });
  });

  it('stay with another order that has them meanwhile', async () => {
    const letters = await begun({ state: 'replaying', outcome: 'waiting', replay: 1 });
    await stores.letters.updateMany({}, { $set: { order: 'another' } });
    await leaveOrder(stores, order, letters);
    expect(await statesOf(letters)).toEqual(['replaying']);
  });
});

describe('replay', () => {
  it('reopens the job of a video: it waits for its turn, and nothing is published here', async () => {
    const letters = await videos(1);
    const [dead] = await seedJobsOf(stores, letters);
    const order = await place(stores, { action: 'replay', select: idsOf(letters) });
    expect(await carryAllOut()).toBe(1);
    const [letter] = await lettersOnFile(stores, letters);
    expect(letter).toMatchObject({ state: 'replayed', outcome: 'waiting', order });
    expect(letter).toMatchObject({ replays: 1, replay: 1, deaths: letters[0]?.deaths });
    const { replayedAt, ...job } = await jobOf(letters[0] ?? { jobId: null });
    expect(replayedAt).toBeInstanceOf(Date);
    expect(job).toEqual({
      ...Object.fromEntries(Object.entries(dead ?? {}).filter(([name]) => name !== 'replayedAt')),
      state: 'queued',
      step: null,
      attempts: 0,
      deadReason: null,
      publishedAt: null,
      finishedAt: null,
      replays: 1,
    });
    expect(publisher.published).toEqual([]);
    expect(await actionsOf(stores, order)).toEqual([
      {
        _id: `${order}.${letter?._id}`,
        kind: 'action',
        at: expect.any(Date) as Date,
        actor: 'op@example.com',
        action: 'replay',
        reason: 'disk is free',
        order,
        letter: letter?._id,
        queue: 'video',
        messageId: letter?.messageId,
        jobId: letter?.jobId,
        difference: [],
        result: 'done',
        note: 'job queued again, starts at store-mp3',
      },
    ]);
    expect(await showOrder(stores, order)).toMatchObject({
      state: 'finished',
      total: 1,
      done: 1,
      refused: 0,
      outcomes: { waiting: 1 },
    });
  });

  it('keeps the MP3 that is stored: the job starts at its news', async () => {
    const letters = await videos(1);
    const mp3 = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
    await seedJobsOf(stores, letters, { mp3 });
    const order = await place(stores, { action: 'replay', select: idsOf(letters) });
    await carryAllOut();
    expect(await jobOf(letters[0] ?? { jobId: null })).toMatchObject({ state: 'queued', mp3 });
    expect((await actionsOf(stores, order))[0]?.note).toContain('starts at emit-done');
  });

  it('makes a job of a bare message of the tutorial’s that has none', async () => {
    const fid = newFid();
    const options = { quality: { kind: 'cbr', kbps: 320 } } as const;
    const body = bodyOf({ video_fid: fid, mp3_fid: null, username: 'Bare@Example.com', options });
    const letters = await seedLetters(stores, 1, {
      workQueue: 'video',
      messageId: fid,
      jobId: fid,
      body,
    });
    const order = await place(stores, { action: 'replay', select: idsOf(letters) });
    await carryAllOut();
    expect(await jobOf({ jobId: fid })).toMatchObject({
      owner: { id: null, address: 'bare@example.com' },
      source: { fid: new ObjectId(fid), name: null, bytes: null },
      options,
      state: 'queued',
      attempts: 0,
      replays: 1,
      replayedAt: expect.any(Date) as Date,
      publishedAt: null,
    });
    expect(publisher.published).toEqual([]);
    expect(await statesOf(letters)).toEqual(['replayed']);
    expect(await actionsOf(stores, order)).toHaveLength(1);
  });

  it('announces again how a job ended whose mail died', async () => {
    const letters = await seedLetters(stores, 1, { workQueue: 'mp3' });
    const [letter] = letters;
    await seedJobsOf(stores, [{ ...asVideo(letter) }], {
      state: 'ready',
      mail: 'dead',
      announcedAt: new Date(),
      replays: 2,
    });
    await place(stores, { action: 'replay', select: idsOf(letters) });
    await carryAllOut();
    expect(await jobOf(letter ?? { jobId: null })).toMatchObject({
      state: 'ready',
      mail: 'none',
      announcedAt: null,
      replays: 3,
      replayedAt: expect.any(Date) as Date,
    });
    expect(await lettersOnFile(stores, letters)).toMatchObject([{ replays: 1, replay: 3 }]);
    expect(publisher.published).toEqual([]);
  });

  it('publishes news about no job on record, without what made them die', async () => {
    const fid = newFid();
    const content = Buffer.from(`{"mp3_fid": "${fid}", "username": "a@example.com"}`);
    const arrived = {
      queue: 'mp3',
      workQueue: 'mp3',
      content,
      messageId: 'm-1',
      contentType: undefined,
    } as const;
    await fileMessages(stores, [
      {
        ...arrived,
        headers: {
          ...ourDeath(),
          'unreleased-claim': 'c',
          'x-death': [{ reason: 'expired' }],
          'x-delivery-count': 7,
          'x-first-death-queue': 'mp3',
          'trace-id': 'abc',
          mine: 1.5,
          replay: 4,
          list: [1],
          table: { a: 1 },
          bytes: Buffer.from('a'),
          flag: true,
        },
      },
    ]);
    const letters = await stores.letters.find().toArray();
    await place(stores, { action: 'replay', select: idsOf(letters) });
    await carryAllOut();
    expect(publisher.published).toEqual([
      {
        queue: 'mp3',
        body: content,
        messageId: 'm-1',
        headers: { 'trace-id': 'abc', mine: 1.5, replay: 5, 'dead-letter': letters[0]?._id },
      },
    ]);
    expect(await lettersOnFile(stores, letters)).toMatchObject([
      { state: 'replayed', outcome: 'waiting', replays: 1, replay: 5 },
    ]);
  });

  it('publishes to the queue of this place, whatever its name was where the letter died', async () => {
    const letters = await seedLetters(stores, 1, { workQueue: 'mp3', queue: 'elsewhere' });
    await place(stores, { action: 'replay', select: idsOf(letters) });
    await carryAllOut();
    expect(publisher.published.map(({ queue }) => queue)).toEqual(['mp3']);
  });

  it('publishes no message twice because a later one fails', async () => {
    const letters = await seedLetters(stores, 20, { workQueue: 'mp3' });
    await place(stores, { action: 'replay', select: idsOf(letters) });
    let calls = 0;
    const failing = {
      publish(message: OutgoingMessage) {
        calls += 1;
        if (calls === 11) return Promise.reject(new BrokerAway('gone'));
        return publisher.publish(message);
      },
    };
    await expect(carryOut(ordersOf(stores, failing))).rejects.toThrow(BrokerAway);
    await carryAllOut();
    expect(await statesOf(letters)).toEqual(letters.map(() => 'replayed'));
    const ids = publisher.published.map(({ messageId }) => messageId);
    expect(ids.sort()).toEqual(letters.map(({ messageId }) => messageId).sort());
  });

  it('puts nothing back that has ended or is under way: that is its outcome', async () => {
    const letters = await videos(3);
    const [ready, failed, queued] = await seedJobsOf(stores, letters, { replays: 2 });
    const states = [
      [ready, 'ready'],
      [failed, 'failed'],
      [queued, 'queued'],
    ] as const;
    for (const [job, state] of states) {
      await stores.jobs.updateOne({ _id: job?._id ?? '' }, { $set: { state } });
    }
    const before = await stores.jobs.find().sort({ _id: 1 }).toArray();
    await place(stores, { action: 'replay', select: idsOf(letters) });
    await carryAllOut();
    expect(await stores.jobs.find().sort({ _id: 1 }).toArray()).toEqual(before);
    expect(
      (await lettersOnFile(stores, letters)).map(({ state, outcome, replays, replay }) => {
        return { state, outcome, replays, replay };
      }),
    ).toEqual(
      ['succeeded', 'failed', 'waiting'].map((outcome) => {
        return { state: 'replayed', outcome, replays: 0, replay: 2 };
      }),
    );
  });

  it('puts two letters of one job back as one', async () => {
    const letters = await videos(2);
    const jobId = letters[0]?.jobId ?? '';
    const body = bodyOf({ video_fid: jobId, username: 'a', job_id: jobId });
    await stores.letters.updateOne({ _id: letters[1]?._id ?? '' }, { $set: { jobId, body } });
    await seedJobsOf(stores, letters.slice(0, 1));
    await place(stores, { action: 'replay', select: idsOf(letters) });
    await carryAllOut();
    expect(await jobOf({ jobId })).toMatchObject({ state: 'queued', replays: 1 });
    expect(await statesOf(letters)).toEqual(['replayed', 'replayed']);
    expect(await stores.jobs.countDocuments()).toBe(1);
  });
});

/** Seeds of jobs are made of letters of the queue `video`. */
const asVideo = (letter: DeadLetterRecord | undefined): DeadLetterRecord => {
  if (letter === undefined) throw new Error('no letter');
  return { ...letter, workQueue: 'video' };
};

describe('discard', () => {
  it('ends a dead job as given up, to be announced, and closes its letter', async () => {
    const letters = await videos(1);
    await seedJobsOf(stores, letters, { announcedAt: new Date(), mail: 'sent' });
    const order = await place(stores, { action: 'discard', select: idsOf(letters) });
    expect(await carryAllOut()).toBe(1);
    const job = await jobOf(letters[0] ?? { jobId: null });
    expect(job).toMatchObject({
      state: 'failed',
      refusal: { reason: 'given-up', detail: 'disk is free' },
      announcedAt: null,
      mail: 'none',
      replays: 0,
    });
    expect(job.finishedAt).toEqual(letters[0]?.last.at);
    expect(await lettersOnFile(stores, letters)).toMatchObject([
      { state: 'discarded', order, replays: 0, outcome: null },
    ]);
    expect((await actionsOf(stores, order)).map(({ note }) => note)).toEqual([
      'its job ends as failed and its listener is told',
    ]);
  });

  it('leaves every other job alone, and needs none', async () => {
    const letters = await seedLetters(stores, 4, (index) => ({
      workQueue: index === 0 ? 'mp3' : 'video',
      ...(index === 1 ? { jobId: null, problem: 'not JSON' } : {}),
    }));
    await seedJobsOf(stores, letters.slice(2, 3), { state: 'queued', finishedAt: null });
    await seedJobsOf(stores, [asVideo(letters[0])], { state: 'dead' });
    const before = await stores.jobs.find().sort({ _id: 1 }).toArray();
    const order = await place(stores, { action: 'discard', select: { filter: {} } });
    await carryAllOut();
    expect(await stores.jobs.find().sort({ _id: 1 }).toArray()).toEqual(before);
    expect(new Set(await statesOf(letters))).toEqual(new Set(['discarded']));
    expect((await actionsOf(stores, order)).map(({ note }) => note)).toEqual(
      letters.map(() => 'closed'),
    );
  });
});

it('parks and unparks, whatever the letter', async () => {
  const letters = await seedLetters(stores, 8, { problem: 'not JSON' });
  const park = await place(stores, { action: 'park', select: idsOf(letters.slice(0, 5)) });
  expect(await carryAllOut()).toBe(5);
  expect(await stores.letters.countDocuments({ state: 'parked', order: park })).toBe(5);
  const unpark = await place(stores, { action: 'unpark', select: { filter: {} } });
  expect(await carryAllOut()).toBe(5);
  expect(await stores.letters.countDocuments({ state: 'open', order: unpark })).toBe(5);
  expect(await stores.letters.countDocuments({ state: 'open' })).toBe(8);
  expect((await actionsOf(stores, park)).map(({ note }) => note)).toEqual(
    Array(5).fill('put aside'),
  );
  expect(await stores.jobs.countDocuments()).toBe(0);
});

describe('a parked letter', () => {
  it.each(['replay', 'discard'] as const)('that is named: %s works', async (action) => {
    const letters = await seedLetters(stores, 1, { workQueue: 'video', state: 'parked' });
    await seedJobsOf(stores, letters);
    await place(stores, { action, select: idsOf(letters) });
    await carryAllOut();
    expect(await statesOf(letters)).toEqual([action === 'replay' ? 'replayed' : 'discarded']);
  });

  it('is not among all', async () => {
    const letters = await seedLetters(stores, 2, (index) => ({
      workQueue: 'video',
      state: index === 0 ? 'parked' : 'open',
    }));
    await seedJobsOf(stores, letters);
    await place(stores, { action: 'replay', select: { filter: {} } });
    await carryAllOut();
    expect(await statesOf(letters)).toEqual(['parked', 'replayed']);
  });
});

describe('letters that cannot be replayed', () => {
  it('keep the order from being placed, unless they are to be left out', async () => {
    const letters = await seedLetters(stores, 4, (index) => ({
      workQueue: 'video',
      ...(index < 2 ? { problem: 'not JSON: no', body: bodyOf('x') } : {}),
    }));
    await seedJobsOf(stores, letters.slice(2));
    const request = { action: 'replay', select: idsOf(letters) } as const;
    await expect(place(stores, request)).rejects.toThrow(OrderRefused);
    expect(await stores.orders.countDocuments()).toBe(0);
    const order = await place(stores, { ...request, skip_refused: true });
    await carryAllOut();
    expect(await statesOf(letters)).toEqual(['open', 'open', 'replayed', 'replayed']);
    expect(await stores.letters.countDocuments({ replays: 0, outcome: null })).toBe(2);
    const actions = await actionsOf(stores, order);
    expect(actions.filter(({ result }) => result === 'refused').map(({ note }) => note)).toEqual(
      Array(2).fill('no message of its queue (not JSON: no): edit it, or discard it'),
    );
    expect(await showOrder(stores, order)).toMatchObject({
      state: 'finished',
      done: 2,
      refused: 2,
    });
  });

  it.each(['replaying', 'replayed', 'discarded'] as const)('are those %s', async (state) => {
    const letters = await seedLetters(stores, 1, { state, order: 'other' });
    for (const action of ['replay', 'discard', 'park', 'unpark'] as const) {
      const placed = place(stores, { action, select: idsOf(letters) });
      await expect(placed).rejects.toMatchObject({
        preview: { refused: [{ id: letters[0]?._id, problem: `it is ${state} already` }] },
      });
      await expect(place(stores, { action, select: { filter: {} } })).rejects.toThrow(OrderRefused);
    }
    expect(await stores.orders.countDocuments()).toBe(0);
  });

  it('and were acted on since the order was placed, are left alone', async () => {
    const letters = await videos(3);
    await seedJobsOf(stores, letters);
    const order = await place(stores, { action: 'replay', select: idsOf(letters) });
    const [first, second] = letters;
    await stores.letters.updateOne({ _id: first?._id ?? '' }, { $set: { state: 'discarded' } });
    await stores.letters.deleteOne({ _id: second?._id ?? '' });
    await carryAllOut();
    expect(await statesOf(letters)).toEqual(['discarded', 'replayed']);
    expect(await actionsOf(stores, order)).toHaveLength(1);
  });
});

describe('an edit', () => {
  it('changes what the record of a job gets, and the audit has the difference', async () => {
    const letters = await videos(1);
    const [dead] = await seedJobsOf(stores, letters, { sourceFacts: null });
    const options = { quality: { kind: 'vbr', level: 5 } } as const;
    const expression = `{"username": "New@Example.com", "options": ${JSON.stringify(options)}}`;
    const order = await place(stores, {
      action: 'replay',
      select: idsOf(letters),
      edit: { expression },
    });
    await carryAllOut();
    expect(await jobOf(letters[0] ?? { jobId: null })).toMatchObject({
      owner: { ...dead?.owner, address: 'new@example.com' },
      source: dead?.source,
      options,
    });
    expect((await actionsOf(stores, order))[0]?.difference).toEqual([
      { path: ['username'], before: letters[0]?.address, after: 'New@Example.com' },
      { path: ['options', 'quality', 'level'], before: 2, after: 5 },
    ]);
  });

  it('of another video lets the job begin from that', async () => {
    const letters = await videos(1);
    const mp3 = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
    await seedJobsOf(stores, letters, { mp3 });
    const other = newFid();
    const edit = { expression: `{"video_fid": "${other}"}` };
    await place(stores, { action: 'replay', select: idsOf(letters), edit });
    await carryAllOut();
    expect(await jobOf(letters[0] ?? { jobId: null })).toMatchObject({
      source: { fid: new ObjectId(other), bytes: null },
      mp3: null,
    });
  });

  it('of many is made for each, and what it makes no message of stays', async () => {
    const letters = await seedLetters(stores, 30, { workQueue: 'mp3' });
    const expression = `{"username": $contains(username, "listener3") ? null : "x-" & username}`;
    const order = await place(stores, {
      action: 'replay',
      select: { filter: {} },
      edit: { expression },
      skip_refused: true,
    });
    await carryAllOut();
    const mine = letters.filter(({ address }) => address !== 'listener3@example.com');
    expect(mine.length).toBeLessThan(30);
    expect(
      publisher.published.map(({ messageId, body }) => [messageId, usernameIn(body)]).sort(),
    ).toEqual(mine.map(({ messageId, address }) => [messageId, `x-${address}`]).sort());
    const refused = (await actionsOf(stores, order)).filter(({ result }) => result === 'refused');
    expect(refused).toHaveLength(30 - mine.length);
    expect(refused[0]?.note).toMatch(/username/);
  });

  it('mends a message that was none: the job it names now is reopened', async () => {
    const letters = await videos(1);
    const [job] = await seedJobsOf(stores, letters);
    const fid = job?._id ?? '';
    const broken = { body: bodyOf('broken'), problem: 'body: no object', jobId: null };
    await stores.letters.updateOne({ _id: letters[0]?._id ?? '' }, { $set: broken });
    const message = { video_fid: fid, mp3_fid: null, username: 'm@example.com', job_id: fid };
    const order = await place(stores, {
      action: 'replay',
      select: idsOf(letters),
      edit: { message },
    });
    await carryAllOut();
    expect(await jobOf({ jobId: fid })).toMatchObject({
      state: 'queued',
      owner: { address: 'm@example.com' },
    });
    expect(await lettersOnFile(stores, letters)).toMatchObject([{ state: 'replayed', jobId: fid }]);
    expect(await actionsOf(stores, order)).toMatchObject([{ jobId: fid }]);
  });

  it('stays through the next replay, and options that a message wished for change no job', async () => {
    const fid = newFid();
    const wish = { options: { quality: { kind: 'vbr', level: 9 } } };
    await fileMessages(stores, [ourLetter(fid, {}, wish)]);
    const letters = await stores.letters.find().toArray();
    await seedJobsOf(stores, letters);
    const edit = { expression: '{"username": "new@example.com"}' };
    await place(stores, { action: 'replay', select: idsOf(letters), edit });
    await carryAllOut();
    // The relay's message brings it back; an old copy as well.
    await stores.jobs.updateOne({ _id: fid }, { $set: { state: 'dead' } });
    await fileMessages(stores, [ourLetter(fid, { replay: 1 }, wish)]);
    await place(stores, { action: 'replay', select: idsOf(letters) });
    await carryAllOut();
    expect(await jobOf({ jobId: fid })).toMatchObject({
      replays: 2,
      owner: { address: 'new@example.com' },
      options: { quality: { kind: 'vbr', level: 2 } },
    });
  });

  it('that adds a field which nobody reads is refused, and so is one that changes nothing', async () => {
    const letters = await seedLetters(stores, 2, { workQueue: 'mp3' });
    const edited = (expression: string) =>
      place(stores, { action: 'replay', select: idsOf(letters), edit: { expression } });
    await expect(edited('{"usernme": "b@example.com"}')).rejects.toThrow('"usernme" is no field');
    await expect(edited('{}')).rejects.toThrow('it changes no letter');
    expect(await stores.orders.countDocuments()).toBe(0);
  });

  it('that fails for too long is not tried for every letter', async () => {
    await seedLetters(stores, 300, { workQueue: 'mp3' });
    const loops = '($f := function($x) { $f($x + 1) }; $f(1))';
    const edit = { expression: loops };
    await expect(
      place(stores, { action: 'replay', select: { filter: {} }, edit }),
    ).rejects.toMatchObject({
      name: 'EditFailed',
      message: expect.stringContaining('was not tried for further messages') as string,
    });
  });

  it('of what nests too deep, or changes more than the audit holds, is refused', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const body = (rest: string) => `{"mp3_fid": "${newFid()}", "username": "a", "x": ${rest}}`;
    await fileMessages(
      stores,
      [body(deep), body(JSON.stringify('y'.repeat(1_100_000)))].map((text, index) => ({
        queue: 'mp3',
        workQueue: 'mp3',
        content: Buffer.from(text),
        messageId: `m-${index}`,
        contentType: undefined,
        headers: {},
      })),
    );
    const [others, request] = [
      await seedLetters(stores, 1, {
        workQueue: 'mp3',
        body: bodyOf({ mp3_fid: newFid(), username: 'a', x: 0 }),
      }),
      { action: 'replay', select: { filter: {} }, edit: { expression: '{"x": 1}' } } as const,
    ];
    const order = await place(stores, { ...request, skip_refused: true });
    await carryAllOut();
    expect(await statesOf(others)).toEqual(['replayed']);
    expect((await actionsOf(stores, order)).map(({ note }) => note).sort()).toEqual([
      'it nests too deep to be edited',
      'message published again',
      'the edit changes more than 1 MB, which the audit cannot keep',
    ]);
  });

  it.each(['$x', 'a.b', '__proto__', ''])('of a field named "%s" is in the audit', async (name) => {
    const text = (x: string, value: number) =>
      `{"mp3_fid":"0123456789abcdef01234567","username":"a","x":${x},"${name}":${value}}`;
    const body = new Binary(Buffer.from(text('0', 1)));
    const letters = await seedLetters(stores, 1, { workQueue: 'mp3', body });
    const message = JSON.parse(text(`{"${name}":{"${name}":1}}`, 2)) as Record<string, unknown>;
    const order = await place(stores, {
      action: 'replay',
      select: idsOf(letters),
      edit: { message },
    });
    await carryAllOut();
    expect(publisher.published.map(({ body }) => JSON.parse(String(body)) as unknown)).toEqual([
      message,
    ]);
    const [action] = await actionsOf(stores, order);
    expect(action?.difference).toContainEqual({ path: ['x'], before: 0, after: message['x'] });
  });
});

function usernameIn(body: OutgoingMessage['body']): unknown {
  return (JSON.parse(String(body)) as { username: unknown }).username;
}

describe('how many', () => {
  it('a limit means the oldest deaths, over several batches', async () => {
    const letters = await videos(300);
    await seedJobsOf(stores, letters);
    const order = await place(stores, { action: 'replay', select: { filter: {} }, limit: 270 });
    const orders = ordersOf(stores, publisher);
    expect(await orders.advance()).toBe(250);
    expect(await carryOut(ordersOf(stores, publisher))).toBe(20);
    const states = await statesOf(letters);
    expect(states.lastIndexOf('replayed')).toBe(269);
    expect(states.indexOf('open')).toBe(270);
    expect(await showOrder(stores, order)).toMatchObject({
      state: 'finished',
      total: 270,
      done: 270,
    });
  });

  it('a rate means no more than so many in its time', async () => {
    const letters = await videos(7);
    await seedJobsOf(stores, letters);
    await place(stores, { action: 'replay', select: { filter: {} }, rate_per_s: 0.001 });
    const orders = ordersOf(stores, publisher);
    expect([await orders.advance(), await orders.advance(), await orders.advance()]).toEqual([
      1, 0, 0,
    ]);
    await place(stores, { action: 'park', select: { filter: {} }, rate_per_s: 3.9 });
    expect(await orders.advance()).toBe(3);
    // After a restart the clock begins anew; each goes on.
    expect(await ordersOf(stores, publisher).advance()).toBe(3);
    expect(await stores.letters.countDocuments({ state: 'replayed' })).toBe(2);
    expect(await stores.letters.countDocuments({ state: 'parked' })).toBe(5);
  });

  it('an order that is stopped does nothing more', async () => {
    const letters = await videos(260);
    await seedJobsOf(stores, letters);
    const order = await place(stores, { action: 'replay', select: { filter: {} } });
    const orders = ordersOf(stores, publisher);
    expect(await orders.advance()).toBe(250);
    expect(await stopOrder(stores, order)).toMatchObject({ state: 'stopped', done: 250 });
    expect(await carryOut(orders)).toBe(0);
    expect(await stores.letters.countDocuments({ state: 'open' })).toBe(10);
    expect(await stopOrder(stores, order)).toMatchObject({ state: 'stopped' });
    expect(await stopOrder(stores, 'no-such')).toBeUndefined();
  });
});

describe('several orders', () => {
  it('go on side by side: a slow one keeps no other waiting, and none takes another’s letters', async () => {
    const letters = await videos(6);
    await seedJobsOf(stores, letters);
    const slow = await place(stores, {
      action: 'replay',
      select: { filter: {} },
      rate_per_s: 0.001,
    });
    const orders = ordersOf(stores, publisher);
    await orders.advance();
    const discard = await place(stores, { action: 'discard', select: idsOf(letters.slice(4)) });
    const park = await place(stores, { action: 'park', select: { filter: {} } });
    await carryOut(orders);
    expect(await statesOf(letters)).toEqual([
      'replayed',
      'parked',
      'parked',
      'parked',
      'discarded',
      'discarded',
    ]);
    expect(await showOrder(stores, slow)).toMatchObject({ state: 'running', done: 1, total: 6 });
    expect(await showOrder(stores, discard)).toMatchObject({ state: 'finished', done: 2 });
    expect(await showOrder(stores, park)).toMatchObject({ state: 'finished', done: 3 });
    await carryAllOut();
    expect(await showOrder(stores, slow)).toMatchObject({ state: 'finished', done: 1, total: 6 });
  });

  it('one that fails keeps no other waiting, and goes on when it can', async () => {
    const news = await seedLetters(stores, 1, { workQueue: 'mp3' });
    const letters = await videos(1);
    await seedJobsOf(stores, letters);
    await place(stores, { action: 'replay', select: idsOf(news) });
    await place(stores, { action: 'replay', select: idsOf(letters) });
    const away = { publish: () => Promise.reject(new BrokerAway('rabbitmq: gone')) };
    const orders = ordersOf(stores, away);
    for (let time = 0; time < 2; time += 1)
      await expect(orders.advance()).rejects.toThrow(BrokerAway);
    expect(await statesOf([...news, ...letters])).toEqual(['replaying', 'replayed']);
    await carryAllOut();
    expect(await statesOf(news)).toEqual(['replayed']);
    expect(publisher.published).toHaveLength(1);
  });

  it('that both refuse a letter both end', async () => {
    const broken = await seedLetters(stores, 2, { workQueue: 'video', problem: 'not JSON' });
    const letters = await videos(1);
    await seedJobsOf(stores, letters);
    const all = { action: 'replay', select: { filter: {} }, skip_refused: true } as const;
    const first = await place(stores, { ...all, rate_per_s: 1 });
    const second = await place(stores, all);
    const orders = ordersOf(stores, publisher);
    let acted = 1;
    for (let turn = 0; acted > 0 && turn < 20; turn += 1) {
      acted = await orders.advance();
      // A relay that was started anew has no pause to keep.
      acted += await carryAllOut();
    }
    for (const order of [first, second]) {
      expect(await showOrder(stores, order)).toMatchObject({ state: 'finished', refused: 2 });
    }
    expect(await statesOf([...broken, ...letters])).toEqual(['open', 'open', 'replayed']);
  });

  it('ends at once when the relay is to stop', async () => {
    const letters = await videos(2);
    await seedJobsOf(stores, letters);
    for (const letter of letters) await place(stores, { action: 'park', select: idsOf([letter]) });
    let asked = 0;
    const proceed = () => {
      asked += 1;
      if (asked > 2) throw new Error('stopping');
    };
    await expect(ordersOf(stores, publisher, { proceed }).advance()).rejects.toThrow('stopping');
    expect(await statesOf(letters)).toEqual(['parked', 'open']);
  });
});

describe('two relays at once', () => {
  it('put a job back once, even when it dies again in between', async () => {
    const letters = await videos(1);
    await seedJobsOf(stores, letters);
    const news = await seedLetters(stores, 1, { workQueue: 'mp3' });
    await seedJobsOf(stores, [asVideo(news[0])], { state: 'ready', mail: 'dead' });
    const order = await place(stores, { action: 'replay', select: { filter: {} } });
    const slow = overtaken(stores, async () => {
      await carryAllOut();
      await stores.jobs.updateMany({ state: 'queued' }, { $set: { state: 'dead' } });
      await stores.jobs.updateMany({ state: 'ready' }, { $set: { mail: 'dead' } });
    });
    await carryOut(ordersOf(slow, publisher));
    expect(await jobOf(letters[0] ?? { jobId: null })).toMatchObject({ state: 'dead', replays: 1 });
    expect(await jobOf(news[0] ?? { jobId: null })).toMatchObject({ mail: 'dead', replays: 1 });
    expect(await lettersOnFile(stores, [...letters, ...news])).toMatchObject([
      { state: 'replayed', replays: 1, replay: 1 },
      { state: 'replayed', replays: 1, replay: 1 },
    ]);
    expect(await actionsOf(stores, order)).toHaveLength(2);
  });
});

describe('letters that come later', () => {
  it('are not meant', async () => {
    const first = await videos(1);
    await seedJobsOf(stores, first);
    await place(stores, { action: 'replay', select: { filter: {} } });
    const later = await seedLetters(stores, 1, { stateAt: new Date(Date.now() + 60_000) });
    await carryAllOut();
    expect(await statesOf([...first, ...later])).toEqual(['replayed', 'open']);
  });

  it('are those only that came after it, whatever the clock of whoever placed it says', async () => {
    const letters = await seedLetters(stores, 3, (index) => ({
      workQueue: 'video',
      stateAt: new Date(Date.now() + index * 60_000),
    }));
    await seedJobsOf(stores, letters);
    await place(stores, { action: 'replay', select: { filter: {} } });
    expect(await carryAllOut()).toBe(3);
  });

  it('and died again are not met twice by one order, whoever put them back meanwhile', async () => {
    const fids = Array.from({ length: 3 }, newFid);
    await fileMessages(
      stores,
      fids.map((fid) => ourLetter(fid)),
    );
    const letters = await lettersOnFile(
      stores,
      fids.map((fid) => ({ _id: letterId('video', fid) })) as DeadLetterRecord[],
    );
    await seedJobsOf(stores, letters);
    const slow = await place(stores, { action: 'replay', select: { filter: {} }, rate_per_s: 1 });
    const [fid = ''] = fids;
    const orders = () => ordersOf(stores, publisher);
    const dieAgain = async (replay: number) => {
      await stores.jobs.updateOne({ _id: fid }, { $set: { state: 'dead' } });
      await fileMessages(stores, [ourLetter(fid, { replay, ...ourDeath(new Date()) })]);
    };
    const met = async () =>
      (await stores.letters.findOne({ _id: letterId('video', fid) }))?.replays;
    // One at a time: until the first of them is its.
    while ((await met()) === 0) await orders().advance();
    await dieAgain(1);
    await stores.orders.updateOne({ _id: slow }, { $set: { state: 'stopped' } });
    await place(stores, { action: 'replay', select: { ids: [letterId('video', fid)] } });
    await carryOut(orders());
    await dieAgain(2);
    await stores.orders.updateOne({ _id: slow }, { $set: { state: 'running' } });
    for (let time = 0; time < 4; time += 1) await orders().advance();
    expect(await met()).toBe(2);
    expect(await stores.letters.countDocuments({ state: 'open' })).toBe(1);
    expect(await showOrder(stores, slow)).toMatchObject({ state: 'finished', done: 3, total: 3 });
  });
});
