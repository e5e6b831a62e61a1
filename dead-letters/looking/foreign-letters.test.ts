import { createHash } from 'node:crypto';
import { BSON } from 'mongodb';
import { listAudit } from '../audit/list-audit';
import { fileMessages } from '../filing/file-messages';
import { identifyMessage } from '../filing/identify-message';
import { foreignMessages, hostileNames } from '../test-foreign-messages';
import { openTestStores, seedJobsOf, seedLetters, type TestStores } from '../test-letters';
import { exportLetters } from '../transfer/export-letters';
import { letterDetailSchema, type LetterDetail } from '../views';
import { auditCsv, lettersCsv } from './csv';
import { findLetterId } from './find-letter-id';
import { listGroups } from './list-groups';
import { listLetters } from './list-letters';
import { readBody } from './read-body';
import { showLetter } from './show-letter';

const messages = foreignMessages();
let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
  await fileMessages(stores, messages);
}, 60_000);

afterAll(async () => {
  await stores.drop();
});

const shown = async (name: string): Promise<LetterDetail> => {
  const message = messages.find(({ messageId }) => messageId === `foreign: ${name}`);
  const id = message === undefined ? '' : identifyMessage(message).id;
  const letter = await showLetter(stores, id);
  if (letter === undefined) throw new Error(`${name} is not on file`);
  return letter;
};

test('every one is listed, counted and printed', async () => {
  const page = await listLetters(stores, {}, { limit: 200 });
  expect(page.dead_letters).toHaveLength(messages.length);
  const { groups } = await listGroups(stores, {});
  expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(messages.length);
  // A header line, and one line each but for the newlines within cells.
  expect(lettersCsv(page).match(/^[0-9a-f]{16},/gm)).toHaveLength(messages.length);
});

test('every one can be shown, as an answer that its description allows, and replays nowhere', async () => {
  const { dead_letters: letters } = await listLetters(stores, {}, { limit: 200 });
  for (const { id } of letters) {
    const letter = await showLetter(stores, id);
    // What a face sends; deep nesting would end here.
    const sent = JSON.parse(JSON.stringify(letter, null, 2)) as unknown;
    expect(letterDetailSchema.safeParse(sent).error).toBeUndefined();
    expect(letter).toMatchObject({ starts_at: null, job_record: null, attempts_made: [] });
    expect(letter?.problem).not.toBeNull();
  }
});

test('every byte can be had', async () => {
  for (const message of messages) {
    const bytes = await readBody(stores, identifyMessage(message).id);
    expect(Buffer.compare(bytes ?? Buffer.alloc(0), message.content)).toBe(0);
  }
  expect(await readBody(stores, '0'.repeat(16))).toBeUndefined();
});

test('a body is shown as what it is', async () => {
  const bodyOf = async (name: string) => (await shown(name)).body;
  expect(await bodyOf('not JSON')).toEqual({
    kind: 'text',
    text: 'hello, <b>world</b>\n=1+1',
    truncated: false,
  });
  expect(await bodyOf('empty')).toEqual({ kind: 'text', text: '', truncated: false });
  expect(await bodyOf('JSON that is no object')).toEqual({ kind: 'json', json: [1, 2, 3] });
  expect(await bodyOf('JSON null')).toEqual({ kind: 'json', json: null });
  expect(await bodyOf('binary')).toEqual({
    kind: 'binary',
    hex: 'ffd8ffe000010203',
    truncated: false,
  });
  expect(await bodyOf('text with NUL')).toMatchObject({ kind: 'binary' });
  expect(await bodyOf('UTF-8 cut off at its end')).toMatchObject({ kind: 'binary' });
  for (const name of ['deep nesting', 'deep nesting in an object']) {
    expect(await bodyOf(name)).toMatchObject({ kind: 'text' });
  }
  const long = await bodyOf('300 kB of JSON');
  expect(long).toMatchObject({ kind: 'text', truncated: true });
  // 64 kB, less the half of a character at the end.
  expect(long.kind === 'text' && Buffer.byteLength(long.text)).toBe(64 * 1024 - 1);
  expect(await bodyOf('10 MB of text')).toMatchObject({ kind: 'text', truncated: true });
  const bytes = await bodyOf('10 MB of bytes');
  expect(bytes).toMatchObject({ kind: 'binary', truncated: true });
  expect(bytes.kind === 'binary' && bytes.hex.length).toBe(2 * 4 * 1024);
});

test('names that mean something elsewhere are shown and mean nothing', async () => {
  const { body, message } = await shown('hostile names');
  expect(JSON.stringify(body)).toBe(`{"kind":"json","json":${hostileNames}}`);
  expect(JSON.stringify(message)).toBe(hostileNames);
  const { headers } = await shown('hostile header names');
  expect(JSON.stringify(headers)).toBe(hostileNames);
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});

test('headers of any type are shown', async () => {
  const { headers, trace_id: traceId } = await shown('header types');
  expect(headers).toMatchObject({
    bytes: { base64: 'AP8=' },
    list: [1, 'two', null, true, { three: 3.5 }],
    none: null,
    newline: 'a\r\nb',
  });
  expect(traceId).toBeNull();
  expect((await shown('deep header')).headers).toHaveProperty('inner.inner.inner');
  // Filing cuts what is deeper; an import files headers as they stand in its line.
  const deep = `{"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}`;
  const [letter] = await seedLetters(stores, 1, { headers: deep });
  const imported = await showLetter(stores, letter?._id ?? '');
  await stores.letters.deleteOne({ _id: letter?._id ?? '' });
  expect(imported?.headers).toEqual({ '(nested too deep)': deep });
});

test('looking changes nothing', async () => {
  const letters = await seedLetters(stores, 16);
  await seedJobsOf(stores, letters);
  const before = await fingerprint();
  const page = await listLetters(stores, { state: 'any' }, { limit: 200 });
  await listLetters(stores, {}, { limit: 2, after: page.next ?? `${Date.now()}-0` });
  await listGroups(stores, {});
  for (const { id } of page.dead_letters) {
    await showLetter(stores, id);
    await readBody(stores, id);
    await findLetterId(stores, id.slice(0, 12));
  }
  auditCsv(await listAudit(stores, {}, { limit: 50 }));
  for await (const line of exportLetters(stores, { filter: { state: 'any' } })) {
    expect(line.endsWith('\n')).toBe(true);
  }
  expect(await fingerprint()).toEqual(before);
}, 60_000);

/** Of every document of every collection. */
async function fingerprint(): Promise<Record<string, string>> {
  const collections = await stores.database.listCollections().toArray();
  const hashes: Record<string, string> = {};
  for (const { name } of collections.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const hash = createHash('sha256');
    for await (const document of stores.database.collection(name).find().sort({ _id: 1 })) {
      hash.update(BSON.serialize(document));
    }
    hashes[name] = hash.digest('hex');
  }
  return hashes;
}
