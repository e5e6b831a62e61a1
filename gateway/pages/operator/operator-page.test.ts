import { readFile } from 'node:fs/promises';
import { Binary } from 'mongodb';
import type { DeadLetterRecord } from '../../../dead-letters/dead-letter';
import { seedJobsOf, seedLetters } from '../../../dead-letters/test-letters';
import { until } from '../../test-gateway';
import {
  listener,
  OperatorAtPage,
  operator,
  type PageSystem,
  screens,
  startPageSystem,
} from './test-operator-page';

let system: PageSystem;
let at: OperatorAtPage;

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
/** 60 of one group, two pages of them, and 4 of another. */
const full = { step: 'store-mp3', errorClass: 'MongoServerError', error: 'no space left' } as const;
const slow = { step: 'transcode', errorClass: 'StepTimeout', error: 'no end after 9 s' } as const;
let fullDisk: DeadLetterRecord[];
let timeouts: DeadLetterRecord[];

function lettersOf(count: number, death: typeof full | typeof slow) {
  return seedLetters(system.stores, count, (index) => {
    const at = new Date(Date.now() - (count - index) * 60_000);
    const last = { replay: 0, at, reason: 'attempts-exhausted', attempts: 4, ...death } as const;
    const headers = JSON.stringify({ 'trace-id': traceId, attempt: 4 });
    return { workQueue: 'video', deaths: [last], last, headers };
  });
}

beforeAll(async () => {
  system = await startPageSystem();
}, 60_000);

beforeEach(async () => {
  const { letters, jobs, orders, audit } = system.stores;
  for (const collection of [letters, jobs, orders, audit]) await collection.deleteMany({});
  fullDisk = await lettersOf(60, full);
  timeouts = await lettersOf(4, slow);
  await seedJobsOf(system.stores, [...fullDisk, ...timeouts], {
    sourceFacts: {
      container: 'mov',
      formatName: 'mov,mp4',
      durationS: 5421.3,
      bytes: 1_234_567,
      audioTracks: [{ codec: 'aac', channels: 2, sampleRate: 48_000, durationS: 5421.2 }],
      video: { codec: 'h264', width: 1920, height: 1080 },
      problem: null,
    },
  });
  at = await OperatorAtPage.open(system);
});

afterEach(async () => {
  const { complaints } = at;
  await at.close();
  expect(complaints).toEqual([]);
});

afterAll(async () => {
  await system.close();
});

const newest = (letters: readonly DeadLetterRecord[]) => {
  const letter = letters.at(-1);
  if (letter === undefined) throw new Error('no letter was seeded');
  return letter;
};
const jobOf = ({ jobId }: DeadLetterRecord) => system.stores.jobs.findOne({ _id: jobId ?? '' });
const textOf = async (selector: string) => (await at.page.locator(selector).innerText()).trim();

describe('who may look', () => {
  test('a user without the right is told so, and gets nothing of the data', async () => {
    const answers: Promise<string>[] = [];
    at.page.on('response', (response) => {
      if (response.url().includes('/operator/dead-letters')) answers.push(response.text());
    });
    await at.logIn(listener);
    await at.page.getByRole('alert').filter({ hasText: 'You are not an operator' }).waitFor();
    expect(await at.page.content()).not.toContain('MongoServerError');
    expect(answers.length).toBeGreaterThan(0);
    for (const text of await Promise.all(answers)) expect(text).toContain('not-operator');
    at.complaints.length = 0; // The browser's own note of each 403.
  });

  test('a wrong password is said in words', async () => {
    await at.logIn({ ...operator, password: 'wrong' });
    await at.page.getByRole('alert').filter({ hasText: 'No user has this' }).waitFor();
    at.complaints.length = 0;
  });

  test('the token is forgotten on logging out, and the page talks to its own server only', async () => {
    await at.logIn();
    await at.lines.first().waitFor();
    await at.page.reload();
    await at.lines.first().waitFor();
    await at.button('Log out').click();
    await at.page.reload();
    await at.button('Log in').waitFor();
    expect(await at.page.evaluate('sessionStorage.length')).toBe(0);
    const origins = new Set(at.asked.map((url) => new URL(url).origin));
    expect([...origins].filter((origin) => origin !== 'null')).toEqual([system.gateway.url]);
  });

  test('a token that ended is said, and nothing stays in sight', async () => {
    await at.logIn();
    await at.lines.first().waitFor();
    await at.page.evaluate("sessionStorage.setItem('operator-token', 'old')");
    await at.page.reload();
    await at.page.getByRole('alert').filter({ hasText: 'Your session has ended' }).waitFor();
    expect(await at.lines.count()).toBe(0);
    at.complaints.length = 0;
  });
});

describe('seeing', () => {
  test('groups lead to their letters, in pages, and filters narrow them', async () => {
    await at.logIn();
    const group = at.page.locator('table.groups tbody tr').first();
    await group.waitFor();
    expect(await group.innerText()).toMatch(/60[\s\S]*MongoServerError[\s\S]*no space left/);
    await group.getByRole('link').click();
    await at.page.getByText('60 letters', { exact: true }).waitFor();
    await until('the page is full', async () => (await at.lines.count()) === 50);
    await at.button('Older').click();
    await until('the rest is there', async () => (await at.lines.count()) === 10);
    expect(await at.lines.first().innerText()).toContain('store-mp3');
    await at.link('Clear the filter').click();
    await at.page.getByLabel('User').fill('listener3@example.com');
    await at.page.keyboard.press('Enter');
    const user = (letter: DeadLetterRecord) => letter.address === 'listener3@example.com';
    const expected = [...fullDisk, ...timeouts].filter(user).length;
    await until('the user’s letters are there', async () => (await at.lines.count()) === expected);
    await at.page.getByLabel('State').selectOption('parked');
    await at.page.getByText('No letter matches the filter.').waitFor();
  });

  test('one letter shows everything that is known of it', async () => {
    const letter = newest(fullDisk);
    await at.logIn();
    await at.goTo(`/letters/${letter._id}`);
    await at.page.getByRole('heading', { name: 'MongoServerError' }).waitFor();
    const text = await textOf('article.letter');
    expect(text).toContain(traceId);
    expect(text).toContain(letter.messageId);
    expect(text).toContain('holiday.mp4'); // the job
    expect(text).toContain('5421.3'); // the source
    expect(text.match(/Attempt \d/g)).toEqual(['Attempt 1', 'Attempt 2', 'Attempt 3', 'Attempt 4']);
    expect(text).toContain('converter-1');
    expect(text).toContain('error step failed'); // the log
    expect(text).toMatch(/A replay starts at\s+fetch-video/);
    expect(JSON.parse(await textOf('pre.body'))).toMatchObject({ username: letter.address });
  });

  test('a body that is no text is shown as bytes, and saved as it is', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, ...Buffer.from('<script>alert(1)</script>')]);
    const problem = 'not UTF-8';
    const [letter] = await seedLetters(system.stores, 1, {
      body: new Binary(bytes),
      problem,
      jobId: null,
    });
    await at.logIn();
    await at.goTo(`/letters/${letter?._id ?? ''}`);
    await at.page.locator('pre.body').filter({ hasText: 'ff fe 00 3c 73 63' }).waitFor();
    const saving = at.page.waitForEvent('download');
    await at.button('Save the bytes').click();
    expect(await readFile(await (await saving).path())).toEqual(bytes);
    await at.button('Replay…').click();
    await at.dialog.getByText('no message of its queue').waitFor();
    await at.reason.fill('trying');
    expect(await at.button('Replay').isDisabled()).toBe(true);
  });

  test('a letter that is not there is said in words', async () => {
    await at.logIn();
    await at.goTo('/letters/0123456789abcdef');
    await at.page.getByRole('alert').filter({ hasText: 'There is nothing here' }).waitFor();
    at.complaints.length = 0;
  });
});

describe('acting', () => {
  test('a group is replayed, and its end is noted', async () => {
    await at.logIn();
    await at.link('StepTimeout').first().click();
    await at.button('Select all 4 that match').click();
    await at.button('Replay…').click();
    await at.dialog.getByText('4 letters: the job is queued again').waitFor();
    await at.dialog.getByText('start again at fetch-video').waitFor();
    const confirm = at.button('Replay: 4 letters');
    expect(await confirm.isDisabled()).toBe(true); // no reason yet
    await at.reason.fill('more time now');
    expect(await confirm.isDisabled()).toBe(false);
    await at.dialog.getByLabel('At most (oldest first)').fill('3');
    expect(await at.button('Replay').isDisabled()).toBe(true); // not run dry like this
    await at.button('Dry run').click();
    await at.button('Replay: 3 letters').click();
    await at.whenOrder('finished: 3 done · 3 still waiting');
    await until('one letter is left', async () => (await at.lines.count()) === 1);
    const [left] = await system.stores.letters
      .find({ state: 'open', 'last.step': slow.step })
      .toArray();
    expect(left?._id).toBe(newest(timeouts)._id);
    const [first, second] = timeouts;
    expect(first && (await jobOf(first))).toMatchObject({ state: 'queued', replays: 1 });

    await system.stores.jobs.updateOne({ _id: first?.jobId ?? '' }, { $set: { state: 'ready' } });
    await system.stores.jobs.updateOne({ _id: second?.jobId ?? '' }, { $set: { state: 'failed' } });
    await at.whenOrder('1 still waiting, 1 succeeded, 1 failed');
    await at.link('Audit').first().click();
    const entry = at.page.locator(`table.audit tr[data-letter="${first?._id ?? ''}"]`);
    await entry.filter({ hasText: 'succeeded' }).waitFor();
    expect(await entry.innerText()).toMatch(/olga@example.com[\s\S]*more time now/);
  });

  test('one message is edited and replayed; the difference is shown before and after', async () => {
    const letter = newest(fullDisk);
    await at.logIn();
    await at.goTo(`/letters/${letter._id}`);
    await at.button('Edit and replay…').click();
    const message = at.dialog.getByLabel('Message (JSON)');
    const before = await message.inputValue();
    await message.fill(before.slice(0, -5));
    await at.button('Dry run').click();
    await at.dialog.getByRole('alert').filter({ hasText: 'not JSON' }).waitFor();
    await message.fill(before.replace(letter.address ?? '', 'right@example.com'));
    await at.reason.fill('a wrong address');
    expect(await at.button('Edit and replay').isDisabled()).toBe(true);
    await at.button('Dry run').click();
    await at.dialog
      .locator('del')
      .filter({ hasText: letter.address ?? '' })
      .waitFor();
    expect(await at.dialog.locator('ins').innerText()).toBe('"right@example.com"');
    await at.takeScreenshot('difference');
    await at.button('Edit and replay: 1 letter').click();
    await at.whenOrder('finished: 1 done');
    const history = at.page.locator('table.audit tbody tr');
    await history.filter({ hasText: 'right@example.com' }).waitFor();
    expect(await jobOf(letter)).toMatchObject({
      state: 'queued',
      owner: { address: 'right@example.com' },
    });
  });

  test('many messages are changed by an expression', async () => {
    await at.logIn();
    await at.goTo('/?step=transcode');
    await at.button('Select all 4 that match').click();
    await at.button('Edit and replay…').click();
    const change = at.dialog.getByLabel('Change (JSONata)');
    await change.fill('{ "username": ');
    await at.button('Dry run').click();
    await at.dialog.getByRole('alert').waitFor();
    at.complaints.length = 0; // The browser's own note of the refusal.
    await change.fill('{ "username": "moved." & username }');
    await at.button('Dry run').click();
    await at.dialog.getByText('The edit changes 4 letters').waitFor();
    await at.reason.fill('moved to another domain');
    await at.button('Edit and replay: 4 letters').click();
    await at.whenOrder('finished: 4 done');
    const [first] = timeouts;
    expect(first && (await jobOf(first))?.owner.address).toBe(`moved.${first?.address ?? ''}`);
  });

  test('ticked letters are discarded, and their jobs fail', async () => {
    await at.logIn();
    await at.goTo('/?step=transcode');
    const letter = newest(timeouts);
    await at.page.getByLabel(`Select letter ${letter._id}`).check();
    await at.button('Discard…').click();
    await at.reason.fill('nobody wants it any more');
    await at.button('Discard: 1 letter').click();
    await at.whenOrder('finished: 1 done');
    await until('it is off the list', async () => (await at.lines.count()) === 3);
    expect(await jobOf(letter)).toMatchObject({ state: 'failed' });
    await at.goTo(`/letters/${letter._id}`);
    await at.page.getByText('nobody wants it any more').last().waitFor();
    expect(await at.button('Replay…').count()).toBe(0);
  });

  test('a running order shows how far it is, and is stopped', async () => {
    await at.logIn();
    await at.goTo('/?step=store-mp3');
    await at.button('Select all 60 that match').click();
    await at.button('Replay…').click();
    await at.dialog.getByLabel('Letters per second').fill('1');
    await at.button('Dry run').click();
    await at.reason.fill('slowly');
    await at.button('Replay: 60 letters').click();
    await at.whenOrder(/running: [1-9]/);
    await at.button('Stop').click();
    await at.whenOrder('stopped');
    const progress = at.page.getByRole('progressbar').first();
    expect(Number(await progress.getAttribute('value'))).toBeLessThan(60);
    expect(await system.stores.letters.countDocuments({ state: 'open' })).toBeGreaterThan(4);
  });

  test('letters are parked, unparked and exported', async () => {
    await at.logIn();
    await at.goTo('/?step=transcode');
    await at.button('Select all 4 that match').click();
    const saving = at.page.waitForEvent('download');
    await at.button('Export').click();
    const exported = await readFile(await (await saving).path(), 'utf8');
    expect(exported.trim().split('\n')).toHaveLength(4);
    for (const [name, state] of [
      ['Park', 'parked'],
      ['Unpark', 'open'],
    ] as const) {
      await at.button(`${name}…`).click();
      await at.reason.fill('later');
      await at.button(`${name}: 4 letters`).click();
      await until(`they are ${state}`, async () => {
        return (
          (await system.stores.letters.countDocuments({ state, 'last.step': slow.step })) === 4
        );
      });
      if (state === 'open') break;
      await at.page.getByLabel('State').selectOption('parked');
      await at.button('Select all 4 that match').click();
    }
  });
});

describe('everybody can use it', () => {
  test('by keyboard alone', async () => {
    const { keyboard } = at.page;
    await at.page.getByLabel('E-mail address').focus();
    await keyboard.type(operator.address);
    await keyboard.press('Tab');
    await keyboard.type(operator.password);
    await keyboard.press('Enter');
    await at.link('StepTimeout').first().focus();
    await keyboard.press('Enter');
    await at.button('Select all 4 that match').focus();
    await keyboard.press('Enter');
    const replay = at.button('Replay…');
    await replay.focus();
    await keyboard.press('Enter');
    await at.button('Replay: 4 letters').waitFor();
    await keyboard.press('Escape');
    await at.dialog.waitFor({ state: 'detached' });
    expect(await at.page.evaluate('document.activeElement.textContent')).toBe('Replay…');
    await keyboard.press('Enter');
    await at.button('Replay: 4 letters').waitFor();
    await keyboard.type('typed where the focus is');
    await keyboard.press('Enter');
    await at.whenOrder('finished: 4 done');
  });

  test.each(screens)('on a screen that is $name', async (screen) => {
    const here = await OperatorAtPage.open(system, screen);
    const letter = newest(fullDisk);
    await here.logIn();
    await here.lines.first().waitFor();
    await here.takeScreenshot('list');
    await expectToFit(here);
    await here.goTo('/?step=store-mp3');
    await here.button('Select all 60 that match').click();
    await here.button('Replay…').click();
    await here.dialog.getByText('60 letters start again').waitFor();
    await here.takeScreenshot('dry-run');
    await expectToFit(here);
    await here.button('Cancel').click();
    await here.goTo(`/letters/${letter._id}`);
    await here.page.getByRole('heading', { name: 'MongoServerError' }).waitFor();
    await here.takeScreenshot('letter');
    await expectToFit(here);
    expect(here.complaints).toEqual([]);
    await here.close();
  });
});

/** Nothing hangs over the edge, and every field says what it is for. */
async function expectToFit({ page }: OperatorAtPage): Promise<void> {
  const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  expect(await page.evaluate(over)).toBe(0);
  const nameless = `[...document.querySelectorAll('input, select, textarea')]
    .filter((field) => field.labels.length === 0 && !field.getAttribute('aria-label')).length`;
  expect(await page.evaluate(nameless)).toBe(0);
}
