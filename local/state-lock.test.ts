import { withStateLock } from './state-lock';

test('only one at a time is inside, in one process as well', async () => {
  let inside = 0;
  let most = 0;
  const body = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withStateLock('/one', body)));
  expect(most).toBe(1);
});

test('another directory has another lock, and a failure frees it', async () => {
  const outer = withStateLock('/two', () => withStateLock('/three', () => Promise.resolve('in')));
  await expect(outer).resolves.toBe('in');
  const failing = withStateLock('/two', () => Promise.reject(new Error('failed inside')));
  await expect(failing).rejects.toThrow('failed inside');
  await expect(withStateLock('/two', () => Promise.resolve('free'))).resolves.toBe('free');
});
