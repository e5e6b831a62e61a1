import { finished } from 'node:stream/promises';
import { fileMessages } from '../filing/file-messages';
import { listAudit } from '../audit/list-audit';
import type { DeadLetterRecord } from '../dead-letter';
import { readBody } from '../looking/read-body';
import type { Selection } from '../selection';
import { bodyFileId } from '../stores';
import { foreignMessages } from '../test-foreign-messages';
import { openTestStores, seedLetters, type TestStores } from '../test-letters';
import { exportLetters } from './export-letters';
import { importLetters } from './import-letters';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(async () => {
  await stores.drop();
});

afterEach(dropAll);

/** Documents only: the indexes stay. */
async function dropAll(): Promise<void> {
  for (const { name } of await stores.database.listCollections().toArray()) {
    await stores.database.collection(name).deleteMany({});
  }
}

const everything: Selection = { filter: { state: 'any' } };
const by = { actor: 'op@example.com', reason: 'from the old database' };

async function exported(selection: Selection = everything): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLetters(stores, selection)) lines.push(line);
  return lines;
}

async function* each(lines: readonly string[]) {
  for (const line of lines) yield await Promise.resolve(line);
}

const importing = (lines: readonly string[]) => importLetters(stores, each(lines), by);

const recordOf = async (id: string): Promise<DeadLetterRecord | null> =>
  stores.letters.findOne({ _id: id });

const parse = (line: string | undefined) =>
  JSON.parse(line ?? '') as Record<string, unknown> & { id: string };

test('export, drop, import, export: the same bytes', async () => {
  await fileMessages(stores, foreignMessages());
  await seedLetters(stores, 450, (index) => ({ replays: index % 3 }));
  const before = await exported();
  await dropAll();
  expect(await exported()).toEqual([]);
  expect(await importing(before)).toMatchObject({ filed: before.length, known: 0 });
  const after = await exported();
  expect(after.length).toBe(before.length);
  // Not `toEqual`: its report of 20 MB that differ would take minutes.
  expect(after.every((line, index) => line === before[index])).toBe(true);
}, 60_000);

test('a record is the same again, but for what an import says itself', async () => {
  const [letter] = await seedLetters(stores, 1, {
    deaths: [0, 1].map((replay) => ({
      replay,
      at: new Date(1_700_000_000_000 + replay),
      reason: 'unknown-error',
      step: 'transcode',
      errorClass: 'Error',
      error: '$literal',
      attempts: 4,
    })),
    headers: '{"__proto__":{"x":1},"b":{"base64":"AA=="}}',
    replays: 1,
    replay: 1,
    outcome: 'died-again',
  });
  const lines = await exported();
  await dropAll();
  const { order } = await importing(lines);
  const { stateAt, ...filed } = (await recordOf(letter?._id ?? '')) ?? {};
  const { stateAt: _, ...original } = letter ?? {};
  expect(filed).toEqual({ ...original, outcome: null, order });
  expect(stateAt).toBeInstanceOf(Date);
});

test('a stranger’s letter has the id of its bytes, and its own once it was put back', async () => {
  const message = {
    queue: 'mp3',
    workQueue: 'mp3',
    contentType: undefined,
    messageId: '1',
    content: Buffer.from('one'),
    headers: {},
  } as const;
  await fileMessages(stores, [message]);
  const { id } = parse((await exported())[0]);
  const edited = Buffer.from('edited');
  const headers = { 'dead-letter': id, replay: 1 };
  await fileMessages(stores, [{ ...message, content: edited, headers }]);
  const lines = await exported();
  expect(lines).toHaveLength(1);
  await dropAll();
  expect(await importing(lines)).toMatchObject({ filed: 1 });
  const line = { ...parse(lines[0]), headers: {} };
  await expect(importing([JSON.stringify(line)])).rejects.toThrow('id: expected the id');
});

test('a line says everything, its version first', async () => {
  const [letter] = await seedLetters(stores, 1);
  const lines = await exported();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{"version":1,.*\}\n$/);
  expect(parse(lines[0])).toEqual({
    version: 1,
    id: letter?._id,
    queue: 'video',
    work_queue: 'video',
    message_id: letter?.messageId,
    job: letter?.jobId,
    user: 'listener0@example.com',
    content_type: 'application/json',
    headers: JSON.parse(letter?.headers ?? '') as unknown,
    body_base64: letter?.body?.toString('base64'),
    problem: null,
    deaths: [
      {
        replay: 0,
        at: letter?.last.at.toISOString(),
        reason: 'attempts-exhausted',
        step: 'store-mp3',
        error_class: 'MongoServerError',
        error: 'no space left',
        attempts: 4,
      },
    ],
    replays: 0,
    state: 'open',
  });
});

test('an export holds the chosen letters, oldest death first', async () => {
  const letters = await seedLetters(stores, 120, (index) => ({
    state: index === 60 ? 'discarded' : 'open',
  }));
  const ids = letters.map(({ _id }) => _id);
  const idsIn = async (selection: Selection) =>
    (await exported(selection)).map((line) => parse(line).id);
  expect(await idsIn(everything)).toEqual(ids);
  expect(await idsIn({ filter: {} })).toEqual(ids.filter((_, index) => index !== 60));
  expect(await idsIn({ ids: [...ids.slice(59, 62)].reverse() })).toEqual(ids.slice(59, 62));
  expect(await idsIn({ ids: ['0'.repeat(16)] })).toEqual([]);
});

test('discarded and replayed letters come as open', async () => {
  const letters = await seedLetters(stores, 2, (index) =>
    index === 0 ? { state: 'discarded' } : { state: 'replayed', outcome: 'succeeded' },
  );
  const lines = await exported();
  await dropAll();
  await importing(lines);
  for (const { _id } of letters) {
    expect(await recordOf(_id)).toMatchObject({ state: 'open', outcome: null });
  }
});

test('letters on file stay as they are', async () => {
  const letters = await seedLetters(stores, 3);
  const lines = await exported();
  await stores.letters.updateOne({ _id: letters[0]?._id ?? '' }, { $set: { state: 'parked' } });
  await stores.letters.deleteOne({ _id: letters[1]?._id ?? '' });
  // A line that is there twice is known the second time.
  const imported = await importing([...lines, '', '  ', ...lines.slice(1, 2)]);
  expect(imported).toMatchObject({ filed: 1, known: 3 });
  expect(await recordOf(letters[0]?._id ?? '')).toMatchObject({ state: 'parked', order: null });
  expect(await importing(lines)).toMatchObject({ filed: 0, known: 3 });
});

test('each filed letter has one entry in the audit', async () => {
  const letters = await seedLetters(stores, 3);
  const lines = await exported();
  await stores.letters.deleteMany({ _id: { $ne: letters[0]?._id ?? '' } });
  const { order } = await importing(lines);
  expect(order).toMatch(/^[0-9a-f]{24}$/);
  await importing(lines);
  const { entries } = await listAudit(stores, {}, { limit: 10 });
  expect(entries).toHaveLength(2);
  expect(entries.find(({ letter }) => letter === letters[1]?._id)).toMatchObject({
    ...by,
    action: 'import',
    order,
    job: letters[1]?.jobId,
    message_id: letters[1]?.messageId,
    result: 'done',
    outcome: null,
    difference: [],
  });
});

test('an import that ended before its audit is completed by the next', async () => {
  const letters = await seedLetters(stores, 3);
  const lines = await exported();
  await dropAll();
  const { order } = await importing(lines.slice(0, 2));
  await stores.audit.deleteOne({ letter: letters[1]?._id ?? '' });
  // A letter that an operator's order acted on is none of an import.
  const placed = { _id: '6'.repeat(24) };
  await stores.database.collection('dead_letter_orders').insertOne(placed as never);
  await seedLetters(stores, 1, { ...letters[2], order: placed._id });
  await importing(lines);
  const { entries } = await listAudit(stores, {}, { limit: 10 });
  expect(entries.map((entry) => [entry.letter, entry.order]).sort()).toEqual(
    [letters[0], letters[1]].map((letter) => [letter?._id, order]).sort(),
  );
});

describe('a line that is no letter', () => {
  const broken: [string, (line: Record<string, unknown>) => unknown, string][] = [
    ['no JSON', () => undefined, 'expected a JSON object'],
    ['a list', () => [], 'the line: '],
    ['another version', (line) => ({ ...line, version: 2 }), 'version: '],
    ['a field that nobody knows', (line) => ({ ...line, extra: 1 }), '"extra"'],
    ['a missing field', ({ headers: _, ...line }) => line, 'headers: expected an object'],
    ['another id', (line) => ({ ...line, id: '0'.repeat(16) }), 'id: expected the id that belongs'],
    [
      'a number of replays that leaves none to give',
      (line) => ({ ...line, replays: 10_001 }),
      'replays: ',
    ],
    ['another queue', (line) => ({ ...line, queue: 'other' }), 'id: expected the id that belongs'],
    ['no base64', (line) => ({ ...line, body_base64: 'ab$=' }), 'body_base64: expected base64'],
    ['half base64', (line) => ({ ...line, body_base64: 'abc' }), 'body_base64: expected base64'],
    ['no death', (line) => ({ ...line, deaths: [] }), 'deaths: '],
    ['a death of another kind', (line) => ({ ...line, deaths: [{ at: 'now' }] }), 'deaths.0.at: '],
    ['a step of another kind', (line) => ({ ...line, work_queue: '$video' }), 'work_queue: '],
    [
      'headers that are a list',
      (line) => ({ ...line, headers: [] }),
      'headers: expected an object',
    ],
    [
      'a hostile name',
      (line) =>
        JSON.parse(JSON.stringify(line).replace(/^\{/, '{"__proto__":{"state":"x"},')) as unknown,
      '__proto__',
    ],
  ];

  test.each(broken)('%s', async (_name, breakIt, problem) => {
    const letters = await seedLetters(stores, 4);
    const lines = await exported();
    await stores.letters.deleteMany({ _id: { $ne: letters[0]?._id ?? '' } });
    const changed = breakIt(parse(lines[2]));
    const line = changed === undefined ? '{"version":1,' : JSON.stringify(changed);
    const importingIt = importing([...lines.slice(0, 2), line, ...lines.slice(3)]);
    await expect(importingIt).rejects.toMatchObject({ name: 'InvalidImport', line: 3, filed: 1 });
    await expect(importing([line])).rejects.toThrow(problem);
    // The lines before it stay, with their audit; nothing of it, or of what comes after.
    const onFile = await stores.letters.find().sort({ 'last.at': 1 }).toArray();
    expect(onFile.map(({ _id }) => _id)).toEqual(letters.slice(0, 2).map(({ _id }) => _id));
    expect(await stores.audit.countDocuments()).toBe(1);
  });

  test('the error names line, expectation and count', async () => {
    await expect(importing(['{}'])).rejects.toThrow(
      /^line 1 is no dead letter of an export: version: .*; the lines before it are on file, 0 of them anew/,
    );
  });

  test('headers that nest too deep to be written', async () => {
    await seedLetters(stores, 1);
    const [line = ''] = await exported();
    const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    await expect(
      importing([line.replace(/"headers":\{[^}]*\}/, `"headers":${deep}`)]),
    ).rejects.toThrow('headers: expected headers that nest less deep');
  });
});

test('a body of 100 MB comes over whole, though a crash left part of it', async () => {
  const content = Buffer.alloc(100 * 1024 * 1024, 'large ');
  const message = {
    queue: 'video',
    workQueue: 'video',
    contentType: undefined,
    headers: {},
  } as const;
  await fileMessages(stores, [{ ...message, content, messageId: 'large' }]);
  const lines = await exported();
  const { id } = parse(lines[0]);
  await dropAll();
  const left = stores.bodies.openUploadStreamWithId(bodyFileId(id), 'large');
  await finished(left.end('part'));
  expect(await importing(lines)).toMatchObject({ filed: 1 });
  const body = await readBody(stores, id);
  expect(body?.length).toBe(content.length);
  expect(Buffer.compare(body ?? Buffer.alloc(0), content)).toBe(0);
}, 60_000);

test('an import files as it reads: a few megabytes are under way at a time', async () => {
  const content = Buffer.alloc(1024 * 1024, 'x');
  const foreign = {
    queue: 'video',
    workQueue: 'video',
    contentType: undefined,
    headers: {},
  } as const;
  const messages = Array.from({ length: 40 }, (_, index) => ({
    ...foreign,
    content,
    messageId: `m${index}`,
  }));
  await fileMessages(stores, messages);
  const lines = await exported();
  await dropAll();
  const underWay: number[] = [];
  async function* watched() {
    for (const [index, line] of lines.entries()) {
      underWay.push(index - (await stores.letters.countDocuments()));
      yield line;
    }
  }
  expect(await importLetters(stores, watched(), by)).toMatchObject({ filed: 40 });
  expect(Math.max(...underWay)).toBeLessThanOrEqual(8);
}, 60_000);
