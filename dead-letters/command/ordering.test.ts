import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRecord } from '../../contracts/job';
import { eventually } from '../../local/test-broker';
import { RelaySystem } from '../../pipeline/relay/test-relay';
import type { DeadLetterRecord } from '../dead-letter';
import { ensureDeadLetterIndexes, openStores, type DeadLetterStores } from '../stores';
import { seedJobsOf, seedLetters } from '../test-letters';
import type { AuditPage, OrderView, Preview } from '../views';
import { runCommand, type Person, type Ran } from './test-command';

let system: RelaySystem;
let stores: DeadLetterStores;
let directory: string;

beforeAll(async () => {
  system = await RelaySystem.open();
  await ensureDeadLetterIndexes(system.database);
  stores = openStores(system.database);
  directory = await mkdtemp(join(tmpdir(), 'letters-'));
}, 60_000);

afterAll(async () => {
  await system.close();
  await rm(directory, { recursive: true });
});

beforeEach(async () => {
  await system.start({ MAX_QUEUED_REPLAYS: '1000' });
});

afterEach(async () => {
  await system.clear();
  for (const collection of [stores.letters, stores.orders, stores.audit]) {
    await collection.deleteMany({});
  }
});

const run = (words: string[], person?: Person): Promise<Ran> => runCommand(stores, words, person);

async function json<Answer>(...words: string[]): Promise<Answer> {
  const { exitCode, stdout, stderr } = await run([...words, '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as Answer;
}

/** Letters of videos whose jobs are dead. */
async function seedVideos(
  count: number,
  overrides: Partial<DeadLetterRecord> = {},
): Promise<DeadLetterRecord[]> {
  const letters = await seedLetters(stores, count, { workQueue: 'video', ...overrides });
  await seedJobsOf(stores, letters);
  return letters;
}

async function seedVideo(): Promise<DeadLetterRecord & { readonly jobId: string }> {
  const [letter] = await seedVideos(1);
  if (letter === undefined || letter.jobId === null) throw new Error('expected a letter');
  return { ...letter, jobId: letter.jobId };
}

const stateOf = async (id: string) => (await stores.letters.findOne({ _id: id }))?.state;
const statesOf = async (letters: readonly DeadLetterRecord[]) => [
  ...new Set(await Promise.all(letters.map(({ _id }) => stateOf(_id)))),
];
const jobOf = async (id: string): Promise<JobRecord> => {
  const job = await stores.jobs.findOne({ _id: id });
  if (job === null) throw new Error('expected a job');
  return job;
};

/** Whatever changes anything: of a dry run and of a refusal, nothing. */
async function everything(): Promise<string> {
  const { letters, jobs, orders, audit } = stores;
  const all = await Promise.all(
    [letters.find(), jobs.find(), orders.find(), audit.find()].map((found) => found.toArray()),
  );
  return JSON.stringify(all);
}

describe('replay', () => {
  it('of one puts it back without asking, and says so', async () => {
    const { _id, jobId } = await seedVideo();
    const { exitCode, stdout, stderr } = await run(['replay', _id, '--reason', 'disk is larger']);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringMatching(/^order [0-9a-f]{24} placed\ncarried out: 1 of 1\n$/) as string,
    });
    expect(stdout).toMatch(/^1 dead letter put back\noutcomes: waiting 1\n/);
    expect(await stateOf(_id)).toBe('replayed');
    expect(await jobOf(jobId)).toMatchObject({ state: 'queued', replays: 1 });
  });

  it('shows in a dry run what would be done, and changes nothing', async () => {
    const letters = await seedLetters(stores, 16);
    await seedJobsOf(stores, letters);
    const before = await everything();
    const preview = await json<Preview>('replay', '--queue', 'video', '--dry-run');
    expect(preview).toMatchObject({ matched: 10, starts_at: { transcode: 4, 'store-mp3': 2 } });
    const { exitCode, stdout, stderr } = await run(['replay', '--all', '--dry-run']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'dry run: nothing was changed\n' });
    expect(stdout).toMatch(/^its job is queued again +10$/m);
    expect(stdout).toMatch(/^starts again at transcode +4$/m);
    expect(await everything()).toBe(before);
  });

  it('of many shows what would be done and asks at a terminal', async () => {
    const letters = await seedVideos(3);
    const before = await everything();
    const words = ['replay', '--all', '--reason', 'r'];
    const refused = await run(words, { columns: 80, input: 'n\n' });
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /replay 3 dead letters\? \[y\/N\] .*nothing was changed/,
      ) as string,
      stdout: expect.stringMatching(/its job is queued again/) as string,
    });
    expect((await run(words, { columns: 80, input: '' })).exitCode).toBe(1);
    expect(await everything()).toBe(before);
    expect((await run(words, { columns: 80, input: 'y\n' })).exitCode).toBe(0);
    expect(await statesOf(letters)).toEqual(['replayed']);
  });

  it('of many needs --yes where nobody can be asked', async () => {
    const letters = await seedVideos(3);
    const before = await everything();
    for (const words of [
      ['replay', '--all'],
      ['replay', '--all', '--json'],
    ]) {
      expect(await run([...words, '--reason', 'r'])).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('expected --yes') as string,
      });
    }
    expect(
      await run(['replay', '--all', '--reason', 'r', '--json'], { columns: 80, input: 'y\n' }),
    ).toMatchObject({ exitCode: 2 });
    expect(await everything()).toBe(before);
    const order = await json<OrderView>('replay', '--all', '--reason', 'r', '--yes');
    expect(order).toMatchObject({ state: 'finished', total: 3, done: 3 });
    expect(await statesOf(letters)).toEqual(['replayed']);
  });

  it('needs a reason, and says that nothing matches', async () => {
    const { _id } = await seedVideo();
    expect(await run(['replay', _id])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('expected --reason') as string,
    });
    expect(await run(['replay', '--queue', 'mp3', '--reason', 'r'])).toEqual({
      exitCode: 0,
      stdout: 'no dead letters match: nothing to do\n',
      stderr: '',
    });
    expect(await stateOf(_id)).toBe('open');
  });

  it('takes a group, a rate, a limit and an actor', async () => {
    const letters = await seedLetters(stores, 16);
    await seedJobsOf(stores, letters);
    const group = 'video/transcode/MediaToolError';
    const words = ['replay', '--group', group, '--limit', '1', '--rate', '100'];
    const order = await json<OrderView>(...words, '--reason', 'r', '--actor', 'night shift');
    expect(order).toMatchObject({ limit: 1, rate_per_s: 100, done: 1, actor: 'night shift' });
    const replayed = await stores.letters.find({ state: 'replayed' }).toArray();
    expect(replayed.map(({ last }) => last.errorClass)).toEqual(['MediaToolError']);
  });

  it('refuses all when one cannot be put back, unless it may be left out', async () => {
    const letters = await seedVideos(2);
    const [broken] = await seedLetters(stores, 1, { workQueue: 'video', problem: 'no JSON' });
    const before = await everything();
    const words = ['replay', '--all', '--reason', 'r', '--yes'];
    expect(await run(words)).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(new RegExp(`${broken?._id ?? ''} .*no JSON`)) as string,
      stderr: expect.stringContaining(
        '1 of 3 cannot be acted on, so nothing was changed',
      ) as string,
    });
    expect(await everything()).toBe(before);
    const { exitCode, stdout } = await run([...words, '--skip-refused']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/2 dead letters put back, 1 refused/);
    expect(stdout).toMatch(new RegExp(`${broken?._id ?? ''} {2}refused: .*no JSON`));
    expect(await statesOf(letters)).toEqual(['replayed']);
  });

  it('--wait tells how each ended, and fails when one died again', async () => {
    const [good, bad] = await seedVideos(2);
    const jobId = bad?.jobId ?? '';
    const running = run(['replay', '--all', '--reason', 'r', '--yes', '--wait']);
    await eventually('both put back', async () =>
      (await stores.letters.countDocuments({ state: 'replayed' })) === 2 ? true : undefined,
    );
    await stores.jobs.updateOne({ _id: good?.jobId ?? '' }, { $set: { state: 'ready' } });
    await stores.jobs.updateOne({ _id: jobId }, { $set: { state: 'dead' } });
    await system.broker.publish('video.dead', bad?.body?.buffer ?? Buffer.alloc(0), {
      messageId: bad?.messageId ?? '',
      contentType: 'application/json',
      headers: {
        'job-id': jobId,
        replay: 1,
        'dead-reason': 'attempts-exhausted',
        'dead-queue': 'video',
      },
    });
    const { exitCode, stdout } = await running;
    expect(stdout).toContain('outcomes: succeeded 1, died-again 1');
    expect(exitCode).toBe(1);
    const { entries } = await json<AuditPage>('audit');
    expect(Object.fromEntries(entries.map(({ letter, outcome }) => [letter, outcome]))).toEqual({
      [good?._id ?? '']: 'succeeded',
      [bad?._id ?? '']: 'died-again',
    });
    expect((await run(['show', bad?._id ?? ''])).stdout).toContain('1 time; the last: died-again');
  });

  it('--wait ends with 0 once all went well, and orders ORDER --wait as well', async () => {
    const { _id, jobId } = await seedVideo();
    const placed = await json<OrderView>('replay', _id, '--reason', 'r', '--detach');
    const running = run(['orders', placed.id, '--wait']);
    await eventually('put back', async () =>
      (await stateOf(_id)) === 'replayed' ? true : undefined,
    );
    await stores.jobs.updateOne({ _id: jobId }, { $set: { state: 'ready' } });
    expect(await running).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('outcomes: succeeded 1') as string,
    });
  });
});

describe('following an order', () => {
  it('draws a bar on a terminal', async () => {
    await seedVideos(3);
    const { exitCode, stderr } = await run(['replay', '--all', '--reason', 'r', '--yes'], {
      columns: 80,
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/carried out \[.*\] 3\/3/);
  });

  it('says that the relay carries orders out, and whether it is up', async () => {
    await system.stopRelays();
    const { _id } = await seedVideo();
    let asked = '';
    const { exitCode } = await run(['replay', _id, '--reason', 'r'], {
      onStderr: (text, interrupt) => {
        if (!text.includes('no progress')) return;
        asked = text;
        interrupt();
      },
    });
    expect(exitCode).toBe(130);
    expect(asked).toMatch(
      /no progress for 5 s\. The relay carries orders out, and none seems to be up\./,
    );
  });

  it('leaves the order to the relay on Ctrl-C, and says how to stop it', async () => {
    await system.stopRelays();
    const [first, second] = await seedVideos(2);
    const { exitCode, stderr } = await run(['replay', '--all', '--reason', 'r', '--yes'], {
      onStderr: (text, interrupt) => {
        if (text.includes('placed')) setImmediate(interrupt);
      },
    });
    const [, id = ''] = /dead-letters -- stop ([0-9a-f]{24})/.exec(stderr) ?? [];
    expect({ exitCode, stderr }).toEqual({
      exitCode: 130,
      stderr: expect.stringContaining('The order goes on without this command.') as string,
    });
    const stopped = await run(['stop', id]);
    expect(stopped).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('stopped: 0 dead letters put back of 2 before') as string,
    });
    await system.start();
    const { orders } = await json<{ orders: OrderView[] }>('orders');
    expect(orders).toMatchObject([{ id, state: 'stopped', done: 0 }]);
    expect((await run(['orders'])).stdout).toMatch(new RegExp(`${id}.*stopped.*0 of 2`));
    expect((await run(['orders', id])).stdout).toContain('stopped');
    expect(await statesOf([first, second].filter((letter) => letter !== undefined))).toEqual([
      'open',
    ]);
  });

  it('--detach returns at once', async () => {
    await system.stopRelays();
    await seedVideos(2);
    const { exitCode, stdout } = await run([
      'replay',
      '--all',
      '--reason',
      'r',
      '--yes',
      '--detach',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /The order goes on without this command\.\nFollow it: .* orders [0-9a-f]{24} --wait/,
    );
  });
});

describe('edit', () => {
  const changed = async (jobId: string) => (await jobOf(jobId)).owner.address;

  it('takes the whole message from a file or standard input, and shows the difference', async () => {
    const { _id, jobId, body } = await seedVideo();
    const message = JSON.parse(body?.toString() ?? '') as Record<string, unknown>;
    const text = JSON.stringify({ ...message, username: 'new@example.com' });
    const words = ['edit', _id, '--message', '-', '--reason', 'typo'];
    const before = await everything();
    const dry = await run([...words, '--dry-run'], { input: text });
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toMatch(
      /- username: "listener\d@example.com"\n +\+ username: "new@example.com"/,
    );
    expect((await run(words, { input: text })).exitCode).toBe(2);
    expect(await everything()).toBe(before);
    const file = join(directory, 'message.json');
    await writeFile(file, text);
    expect(await run(['edit', _id, '--message', file, '--reason', 'typo', '--yes'])).toMatchObject({
      exitCode: 0,
    });
    expect(await changed(jobId)).toBe('new@example.com');
    const { stdout } = await run(['audit', '--letter', _id]);
    expect(stdout).toContain('→ "new@example.com"');
  });

  it('lays an expression over many', async () => {
    const letters = await seedVideos(3);
    const words = [
      'edit',
      '--all',
      '--set',
      '{"username": $replace(username, "@example.com", "@example.org")}',
    ];
    const preview = await json<Preview>(...words, '--dry-run');
    expect(preview).toMatchObject({ matched: 3, changed: 3 });
    expect(await run([...words, '--reason', 'moved', '--yes'])).toMatchObject({ exitCode: 0 });
    for (const { jobId } of letters) expect(await changed(jobId ?? '')).toMatch(/@example\.org$/);
  });

  it('changes the options of a job, as its help says', async () => {
    const { _id, jobId } = await seedVideo();
    const { stdout: help } = await run(['edit', '--help']);
    const [, expression = ''] = /--set '(\{"options".*\})'/.exec(help) ?? [];
    expect(
      await run(['edit', _id, '--set', expression, '--reason', 'smaller', '--yes']),
    ).toMatchObject({ exitCode: 0 });
    expect(await jobOf(jobId)).toMatchObject({
      state: 'queued',
      options: { quality: { kind: 'cbr', kbps: 128 } },
    });
  });

  it('checks before anything moves', async () => {
    const { _id } = await seedVideo();
    const before = await everything();
    const cases: [string[], RegExp][] = [
      [['--set', '{"username": 7}'], /username/],
      [['--set', '{"username": '], /cannot be read/],
      [['--set', '"text"'], /expected an object/],
    ];
    for (const [words, problem] of cases) {
      const { exitCode, stdout, stderr } = await run([
        'edit',
        _id,
        ...words,
        '--reason',
        'r',
        '--yes',
      ]);
      expect(exitCode).toBe(1);
      expect(stdout + stderr).toMatch(problem);
    }
    for (const input of ['{', '[]']) {
      expect(
        await run(['edit', _id, '--message', '-', '--reason', 'r', '--yes'], { input }),
      ).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('expected the message as') as string,
      });
    }
    expect(await everything()).toBe(before);
  });

  /** An editor that does what a person would: the first time it does the first script, and so on. */
  async function editorOf(...scripts: string[]): Promise<Record<string, string>> {
    const file = join(directory, `editor-${scripts.length}`);
    const cases = scripts.map((script, index) => `${index}) ${script} ;;`).join('\n');
    await rm(`${file}.count`, { force: true });
    await writeFile(
      file,
      `#!/bin/sh\nn=$(cat "$0.count" 2>/dev/null || echo 0)\necho $((n + 1)) > "$0.count"\ncase $n in\n${cases}\nesac\n`,
    );
    await chmod(file, 0o755);
    return { EDITOR: file, PATH: process.env['PATH'] ?? '' };
  }

  it('opens one in the editor until it is a message, and asks with the difference', async () => {
    const { _id, jobId } = await seedVideo();
    const environment = await editorOf(
      `echo nonsense > "$1"`,
      `printf '{"job_id": "other", "username": "by-hand@example.com"}' > "$1"`,
      `printf '{"job_id": "%s", "video_fid": "%s", "mp3_fid": null, "username": "by-hand@example.com"}' ${jobId} ${jobId} > "$1"`,
    );
    const { exitCode, stdout, stderr } = await run(['edit', _id, '--reason', 'typo', '--yes'], {
      columns: 80,
      input: 'y\ny\n',
      environment,
    });
    expect(stderr).toContain('expected the message as JSON');
    expect(stderr).toContain('no message of its queue');
    expect(stdout).toContain('by-hand@example.com');
    expect(exitCode).toBe(0);
    expect(await changed(jobId)).toBe('by-hand@example.com');
  });

  it('ends when nobody answers any more', async () => {
    const { _id } = await seedVideo();
    const before = await everything();
    const environment = await editorOf(`echo '{' > "$1"`);
    expect(
      await run(['edit', _id, '--reason', 'r'], { columns: 80, input: 'y\n', environment }),
    ).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/nothing was changed\n$/) as string,
    });
    expect(await everything()).toBe(before);
  });

  it('does nothing when nothing was changed in the editor, or it failed', async () => {
    const { _id } = await seedVideo();
    const before = await everything();
    const words = ['edit', _id, '--reason', 'r'];
    expect(await run(words, { columns: 80, environment: await editorOf('true') })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('nothing was changed in it') as string,
    });
    expect(await run(words, { columns: 80, environment: await editorOf('exit 3') })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('ended with 3') as string,
    });
    expect(await everything()).toBe(before);
  });
});

describe('discard, park and unpark', () => {
  it('discard fails the job, so that its listener is told', async () => {
    const { _id, jobId } = await seedVideo();
    expect(await run(['discard', _id, '--reason', 'the source is gone'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^1 dead letter discarded\n/) as string,
    });
    expect(await stateOf(_id)).toBe('discarded');
    expect(await jobOf(jobId)).toMatchObject({ state: 'failed', refusal: { reason: 'given-up' } });
  });

  it('park puts aside, unpark opens again', async () => {
    const letters = await seedVideos(3);
    expect((await run(['park', '--all', '--reason', 'later', '--yes'])).stdout).toMatch(
      /^3 dead letters parked$/m,
    );
    expect(await statesOf(letters)).toEqual(['parked']);
    expect((await run(['list'])).stdout).toBe('no dead letters match\n');
    expect((await run(['list', '--state', 'parked'])).stdout).toContain(letters[0]?._id);
    expect((await run(['unpark', '--all', '--reason', 'now', '--yes'])).stdout).toMatch(
      /^3 dead letters opened again$/m,
    );
    expect(await statesOf(letters)).toEqual(['open']);
  });

  it('refuses what is closed already', async () => {
    const { _id } = await seedVideo();
    await run(['discard', _id, '--reason', 'r']);
    const { exitCode, stdout, stderr } = await run(['replay', _id, '--reason', 'r']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('it is discarded already');
    expect(stderr).toContain('none of them can be acted on');
  });
});
