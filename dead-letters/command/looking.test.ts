import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetterRecord } from '../dead-letter';
import { openTestStores, seedJobsOf, seedLetters, type TestStores } from '../test-letters';
import type { AuditPage, Groups, Imported, LetterDetail, LetterPage } from '../views';
import { runCommand, type Person, type Ran } from './test-command';

let stores: TestStores;
let directory: string;

beforeAll(async () => {
  stores = await openTestStores();
  directory = await mkdtemp(join(tmpdir(), 'letters-'));
}, 60_000);

afterAll(async () => {
  await stores.drop();
  await rm(directory, { recursive: true });
});

afterEach(async () => {
  for (const collection of [stores.letters, stores.jobs, stores.audit]) {
    await collection.deleteMany({});
  }
});

const run = (words: string[], person?: Person): Promise<Ran> => runCommand(stores, words, person);

async function json<Answer>(...words: string[]): Promise<Answer> {
  const { exitCode, stdout, stderr } = await run([...words, '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as Answer;
}

async function seedOne(overrides: Partial<DeadLetterRecord> = {}): Promise<DeadLetterRecord> {
  const [letter] = await seedLetters(stores, 1, overrides);
  if (letter === undefined) throw new Error('expected a letter');
  return letter;
}

const widthOf = (text: string) => Math.max(...text.split('\n').map(({ length }) => length));

describe('list', () => {
  it('prints a table that fits the screen, newest death first', async () => {
    const letters = await seedLetters(stores, 3);
    const { exitCode, stdout, stderr } = await run(['list'], {
      columns: 80,
      environment: { NO_COLOR: '1' },
    });
    expect(exitCode).toBe(0);
    expect(widthOf(stdout)).toBeLessThanOrEqual(80);
    const places = letters.map(({ _id }) => stdout.indexOf(_id));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => b - a));
    expect(stderr).toContain('3 dead letters');
  });

  it('has colour on a terminal only, and not with NO_COLOR', async () => {
    await seedLetters(stores, 1);
    const colored = async (person: Person) =>
      (await run(['list'], person)).stdout.includes('\u001b[');
    expect(await colored({ columns: 80 })).toBe(true);
    expect(await colored({ columns: 80, environment: { NO_COLOR: '1' } })).toBe(false);
    expect(await colored({})).toBe(false);
  });

  it('filters, limits, and goes on where it left off', async () => {
    await seedLetters(stores, 40);
    const first = await json<LetterPage>('list', '--queue', 'video', '--limit', '10');
    expect(first.dead_letters).toHaveLength(10);
    const rest = await json<LetterPage>('list', '--queue', 'video', '--after', first.next ?? '');
    const all = [...first.dead_letters, ...rest.dead_letters];
    expect(new Set(all.map(({ id }) => id)).size).toBe(25);
    expect(new Set(all.map(({ queue }) => queue))).toEqual(new Set(['video']));
    expect((await run(['list', '--limit', '10'])).stderr).toMatch(
      /^10 dead letters shown.*--after \S+$/m,
    );
  });

  it('reads more than one page for a large limit', async () => {
    await seedLetters(stores, 1_203);
    const { dead_letters: letters, next } = await json<LetterPage>('list', '--limit', '1200');
    expect(new Set(letters.map(({ id }) => id)).size).toBe(1_200);
    expect(next).not.toBeNull();
    expect((await json<LetterPage>('list', '--limit', '1203')).next).toBeNull();
  });

  it('prints CSV', async () => {
    await seedLetters(stores, 2);
    const { stdout } = await run(['list', '--csv']);
    expect(stdout.trimEnd().split(/\r?\n/)).toHaveLength(3);
    expect(stdout).toMatch(/^id,queue,/);
  });

  it('says that there is nothing', async () => {
    expect(await run(['list'])).toEqual({
      exitCode: 0,
      stdout: 'no dead letters match\n',
      stderr: '',
    });
  });

  it('lets no stranger steer the terminal', async () => {
    const evil = '\u001b]0;x\u0007';
    const { last } = await seedOne();
    await stores.letters.updateMany(
      {},
      { $set: { last: { ...last, error: evil, errorClass: evil }, address: evil } },
    );
    for (const verb of ['list', 'groups']) {
      const { stdout } = await run([verb]);
      expect(stdout).toContain('\\x1b]0;x\\x07');
      expect(stdout).not.toContain('\u001b');
    }
  });
});

describe('groups', () => {
  it('names each so that --group takes it', async () => {
    await seedLetters(stores, 24);
    const { groups } = await json<Groups>('groups');
    const { stdout, stderr } = await run(['groups']);
    expect(groups).toHaveLength(8);
    for (const { queue, step, error_class, count } of groups) {
      const name = `${queue}/${step ?? '-'}/${error_class}`;
      expect(stdout).toContain(name);
      expect((await json<LetterPage>('list', '--group', name)).dead_letters).toHaveLength(count);
    }
    expect(stderr).toMatch(/replay --group '[^']+' --dry-run/);
  });
});

describe('show', () => {
  it('takes the beginning of an id, or a job id', async () => {
    const { _id, jobId } = await seedOne();
    for (const id of [_id.slice(0, 6), _id, jobId ?? '']) {
      expect((await json<LetterDetail>('show', id)).id).toBe(_id);
    }
  });

  it('says what died, why, every attempt and what to do next', async () => {
    const letter = await seedOne();
    await seedJobsOf(stores, [letter]);
    const { exitCode, stdout } = await run(['show', letter._id]);
    expect(exitCode).toBe(0);
    const parts = [
      'What died',
      letter.messageId,
      'Why',
      letter.last.error,
      'attempt 4',
      'step failed',
    ];
    const places = [...parts, 'What to do next', `replay ${letter._id} --reason`].map((part) =>
      stdout.indexOf(part),
    );
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(stdout.trimEnd().split('\n').at(-1)).toContain(`park ${letter._id}`);
  });

  it('says that there is none, or more than one', async () => {
    await seedLetters(stores, 3);
    expect(await run(['show', 'ffffffffffffffff'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('no dead letter "ffffffffffffffff"') as string,
    });
    await seedLetters(stores, 2, (index) => ({ _id: `abcd${'0'.repeat(11)}${index}` }));
    const { exitCode, stderr } = await run(['show', 'abcd']);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('may mean') as string,
    });
  });
});

describe('export and import', () => {
  it('carry letters over, byte for byte', async () => {
    const letters = await seedLetters(stores, 8);
    const [first, second] = [join(directory, 'first'), join(directory, 'second')];
    expect(await run(['export', first])).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '8 dead letters exported\n',
    });
    await stores.letters.deleteMany({});
    const imported = await json<Imported>(
      'import',
      first,
      '--reason',
      'moved',
      '--actor',
      'me@here',
    );
    expect(imported).toMatchObject({ filed: 8, known: 0 });
    await run(['export', second]);
    expect(await readFile(second, 'utf8')).toBe(await readFile(first, 'utf8'));
    expect(await run(['import', first, '--reason', 'again'])).toMatchObject({
      exitCode: 0,
      stdout: '0 dead letters filed, 8 known already\n',
    });
    const audit = await json<AuditPage>('audit', '--letter', letters[0]?._id.slice(0, 8) ?? '');
    expect(audit.entries).toMatchObject([
      { action: 'import', actor: 'me@here', reason: 'moved', order: imported.order },
    ]);
  });

  it('go through standard output and input', async () => {
    const [letter] = await seedLetters(stores, 3);
    const { stdout } = await run(['export', '-', letter?._id ?? '']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    await stores.letters.deleteMany({});
    expect(await run(['import', '-', '--reason', 'r'], { input: stdout })).toMatchObject({
      exitCode: 0,
    });
    expect((await stores.letters.findOne())?._id).toBe(letter?._id);
  });

  it('never write over a file unasked, and keep it from other users', async () => {
    await seedLetters(stores, 1);
    const file = join(directory, 'kept');
    await run(['export', file]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(file, 'utf8');
    await seedLetters(stores, 1);
    expect(await run(['export', file])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is there already; --force') as string,
    });
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await run(['export', file, '--force'])).toMatchObject({ exitCode: 0 });
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
  });

  it('say in one line what is wrong with a file', async () => {
    expect(await run(['export', join(directory, 'none', 'x')])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^dead-letters: cannot write .*ENOENT.*\n$/) as string,
    });
    expect(await run(['import', join(directory, 'none'), '--reason', 'r'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^dead-letters: expected a readable file .*ENOENT.*\n$/,
      ) as string,
    });
    expect(await run(['import', '-', '--reason', 'r'], { input: 'nonsense' })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('line 1') as string,
    });
    expect(await run(['import', '-'], { input: '' })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('expected --reason') as string,
    });
  });
});

describe('audit', () => {
  it('prints a table, JSON and CSV', async () => {
    await seedLetters(stores, 2);
    const file = join(directory, 'audited');
    await run(['export', file]);
    await stores.letters.deleteMany({});
    await run(['import', file, '--reason', 'moved here']);
    const { stdout } = await run(['audit'], { columns: 100, environment: { NO_COLOR: '1' } });
    expect(stdout.match(/moved here/g)).toHaveLength(2);
    expect(widthOf(stdout)).toBeLessThanOrEqual(100);
    expect((await json<AuditPage>('audit', '--limit', '1')).next).not.toBeNull();
    expect((await run(['audit', '--csv'])).stdout.trimEnd().split(/\r?\n/)).toHaveLength(3);
    expect((await run(['audit', '--order', 'none'])).stdout).toBe('nothing was done yet\n');
  });
});

describe('the command', () => {
  it.each([
    ['', 2],
    ['nonsense', 2],
    ['list --queue nonsense', 2],
    ['list --json --csv', 2],
    ['list --after nonsense', 1],
    ['show', 2],
    ['replay', 2],
    ['replay --reason r', 2],
    ['discard --state parked --reason r', 2],
    ['replay abc --queue video --reason r', 2],
    ['replay --all --wait --detach --reason r', 2],
    ['edit --all --message x --set y --reason r', 2],
    ['edit --all --reason r', 2],
    ['stop 000000000000000000000000', 1],
    ['orders 000000000000000000000000', 1],
    ['park ffffffffffffffff --reason r', 1],
    ['--help', 0],
    ['help', 0],
  ])('ends "%s" with %i', async (words, exitCode) => {
    const ran = await run(words.split(' ').filter(Boolean));
    expect({ exitCode: ran.exitCode, unexpected: /unexpected/.test(ran.stderr) }).toEqual({
      exitCode,
      unexpected: false,
    });
    expect(ran.stderr === '').toBe(exitCode === 0);
  });

  it.each([
    'list',
    'groups',
    'show',
    'replay',
    'edit',
    'discard',
    'park',
    'unpark',
    'export',
    'import',
    'orders',
    'stop',
    'audit',
  ])('has help with examples for %s, and needs no server for it', async (verb) => {
    const { exitCode, stdout } = await run([verb, '--help'], {
      environment: { MONGO_URL: 'nonsense' },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\\n  npm run dead-letters -- ${verb}`));
  });

  it('says which setting is wrong, and that MongoDB is away', async () => {
    expect(await run(['list'], { environment: { MONGO_URL: 'http://x' } })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('MONGO_URL or MONGO_URL_FILE: expected') as string,
    });
    const away = {
      MONGO_URL: 'mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200&directConnection=true',
    };
    expect(await run(['list'], { environment: away })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Is MONGO_URL right and the server up?') as string,
    });
  });
});
