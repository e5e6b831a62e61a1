import { openTestStores, seedLetters, type TestStores } from '../test-letters';
import { findLetterId } from './find-letter-id';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
  const ids = ['3fa9000000000001', '3fa9000000000002', '4f00000000000000'];
  const jobs = ['6730a1b2c3d4e5f601234567', 'my-job', 'my-job'];
  await seedLetters(stores, 3, (index) => ({
    _id: ids[index] ?? '',
    jobId: jobs[index] ?? null,
    state: index === 0 ? 'discarded' : 'open',
  }));
  const more = ['5', '6', '7', '8', '9', 'a'].map((digit) => digit.repeat(16));
  await seedLetters(stores, 1, { _id: 'b'.repeat(16), jobId: 'cafe' });
  await seedLetters(stores, 6, (index) => ({ _id: more[index] ?? '', jobId: 'busy' }));
}, 60_000);

afterAll(async () => {
  await stores.drop();
});

test('a beginning that one letter has, in any state, and a whole id', async () => {
  expect(await findLetterId(stores, '4f00')).toBe('4f00000000000000');
  expect(await findLetterId(stores, '3FA9000000000001')).toBe('3fa9000000000001');
});

test('the id of a job that has one letter', async () => {
  expect(await findLetterId(stores, '6730a1b2c3d4e5f601234567')).toBe('3fa9000000000001');
  // It might be the beginning of an id as well.
  expect(await findLetterId(stores, 'cafe')).toBe('bbbbbbbbbbbbbbbb');
});

test('what means several letters names them', async () => {
  await expect(findLetterId(stores, '3fa9')).rejects.toMatchObject({
    name: 'UnknownLetter',
    message: '3fa9 may mean 3fa9000000000001, 3fa9000000000002; expected one of them',
  });
  await expect(findLetterId(stores, 'my-job')).rejects.toThrow('3fa9000000000002');
  await expect(findLetterId(stores, 'busy')).rejects.toThrow(/(\w{16}, ){4}\w{16} and more;/);
});

test('what means none says what was expected', async () => {
  for (const text of ['', '0', '4f0', '3fa9000000000003', '.*', '$ne', '3fa90000000000010']) {
    await expect(findLetterId(stores, text)).rejects.toThrow(
      /^no dead letter .*; expected the beginning/,
    );
  }
});
