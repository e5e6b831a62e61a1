import { PassThrough } from 'node:stream';
import { askYesNo } from './ask';

async function answer(input: string, otherwise?: 'y' | 'n'): Promise<readonly [boolean, string]> {
  const stdin = new PassThrough();
  stdin.end(input);
  const stderr = new PassThrough();
  const yes = await askYesNo({ stdin, stderr }, 'really?', otherwise);
  return [yes, String(stderr.read())];
}

it.each([
  ['y\n', true],
  ['YES\n', true],
  [' y \n', true],
  ['n\n', false],
  ['nothing\n', false],
  ['maybe\n', false],
  ['\n', false],
  ['', false],
])('takes %j for %s', async (input, yes) => {
  expect(await answer(input)).toEqual([yes, 'really? [y/N] ']);
});

it('takes nothing for yes only where that is said', async () => {
  expect(await answer('\n', 'y')).toEqual([true, 'really? [Y/n] ']);
  expect(await answer('n\n', 'y')).toEqual([false, 'really? [Y/n] ']);
  expect(await answer('', 'y')).toEqual([false, 'really? [Y/n] ']);
});
