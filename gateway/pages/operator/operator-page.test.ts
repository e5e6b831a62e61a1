import { readFile } from 'node:fs/promises';
import { Binary } from 'mongodb';
import type { DeadLetterRecord } from '../../../dead-letters/dead-letter';
import { seedLetters } from '../../../dead-letters/test-letters';
import { until } from '../../test-gateway';
import {
  listener,
  OperatorAtPage,
  operator,
  type PageSystem,
  screens,
  startPageSystem,
} from './test-operator-page';
import { newest, seedAnew, type SeededLetters, traceId } from './test-seed';

let system: PageSystem;
let at: OperatorAtPage;
let { fullDisk, timeouts }: SeededLetters = { fullDisk: [], timeouts: [] };

beforeAll(async () => {
  system = await startPageSystem();
}, 60_000);

beforeEach(async () => {
  ({ fullDisk, timeouts } = await seedAnew(system.stores));
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

  test('what somebody types stays while the page draws itself anew', async () => {
    await at.logIn();
    await at.lines.first().waitFor();
    const user = at.page.getByLabel('User');
    await user.fill('listener3@example.com');
    const asked = at.page.waitForResponse((response) => response.url().includes('/groups'));
    await at.button('Refresh').evaluate((button: { click(): void }) => {
      button.click(); // A real click would leave the field, which applies it.
    });
    await (await asked).finished();
    await at.page.locator('table.letters:not([aria-busy="true"])').waitFor();
    expect(await user.inputValue()).toBe('listener3@example.com');
    await user.press('Enter');
    await at.link('Clear the filter').click();
    await until('the field is empty', async () => (await user.inputValue()) === '');
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
    expect(text).toMatch(/A replay starts at\s+store-mp3/);
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

describe('everybody can use it', () => {
  test('by keyboard alone', async () => {
    const { keyboard } = at.page;
    await at.page.getByLabel('E-mail address').focus();
    await keyboard.type(operator.address);
    await keyboard.press('Tab');
    await keyboard.type(operator.password);
    await keyboard.press('Enter');
    await at.group('StepTimeout').focus();
    await keyboard.press('Enter');
    await at.button('Select all 4 that match').focus();
    await keyboard.press('Enter');
    const replay = at.button('Replay…');
    await replay.focus();
    await keyboard.press('Enter');
    await at.button('Replay: 4 letters').waitFor();
    await keyboard.press('Escape');
    await at.whenDialogGone();
    expect(await at.page.evaluate('document.activeElement.textContent')).toBe('Replay…');
    await replay.press('Enter'); // Waits until the button takes it.
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
