import { readFile } from 'node:fs/promises';
import type { DeadLetterRecord } from '../../../dead-letters/dead-letter';
import { until } from '../../test-gateway';
import { OperatorAtPage, type PageSystem, startPageSystem } from './test-operator-page';
import { newest, seedAnew, type SeededLetters } from './test-seed';

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

const jobOf = ({ jobId }: DeadLetterRecord) => system.stores.jobs.findOne({ _id: jobId ?? '' });

test('a group is replayed, and its end is noted', async () => {
  await at.logIn();
  await at.group('StepTimeout').click();
  await at.button('Select all 4 that match').click();
  await at.button('Replay…').click();
  await at.dialog.getByText('4 letters: the job is queued again').waitFor();
  await at.dialog.getByText('start again at transcode').waitFor();
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
    .find({ state: 'open', 'last.step': 'transcode' })
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

test('letters are parked and unparked', async () => {
  await at.logIn();
  await at.goTo('/?step=transcode');
  await at.button('Select all 4 that match').click();
  for (const [name, state] of [
    ['Park', 'parked'],
    ['Unpark', 'open'],
  ] as const) {
    await at.button(`${name}…`).click();
    await at.reason.fill('later');
    await at.button(`${name}: 4 letters`).click();
    await until(`they are ${state}`, async () => {
      return (
        (await system.stores.letters.countDocuments({ state, 'last.step': 'transcode' })) === 4
      );
    });
    if (state === 'open') break;
    await at.page.getByLabel('State').selectOption('parked');
    await at.button('Select all 4 that match').click();
  }
});

test('letters are exported and imported', async () => {
  await at.logIn();
  await at.goTo('/?step=transcode');
  await at.button('Select all 4 that match').click();
  const saving = at.page.waitForEvent('download');
  await at.button('Export').click();
  const file = await (await saving).path();
  expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(4);
  await system.stores.letters.deleteOne({ _id: newest(timeouts)._id });
  await at.button('Import…').click();
  await at.dialog.getByLabel('Exported file').setInputFiles(file);
  await at.reason.fill('deleted by mistake');
  await at.button('Import').click();
  await at.page.getByText('1 filed, 3 were on file already').waitFor();
  await until('it is on the list again', async () => (await at.lines.count()) === 4);
});
