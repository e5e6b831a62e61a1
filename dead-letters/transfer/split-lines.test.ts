import { splitLines } from './split-lines';

async function* pieces(...all: (string | Buffer)[]) {
  await Promise.resolve();
  yield* all;
}

const tooLong = (limitBytes: number) => new RangeError(`more than ${limitBytes} bytes`);

async function linesOf(...all: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(pieces(...all), 40, tooLong)) lines.push(line);
  return lines;
}

it('splits at newlines, wherever the pieces break', async () => {
  expect(await linesOf('a\nb', 'c\n\n', 'd')).toEqual(['a', 'bc', '', 'd']);
  expect(await linesOf('a\n')).toEqual(['a']);
  expect(await linesOf()).toEqual([]);
});

it('keeps what JSON may hold in one line', async () => {
  const text = JSON.stringify({ text: 'a\u2028b\u2029c ü\r' });
  const bytes = Buffer.from(`${text}\n${text}`);
  expect(await linesOf(...[...bytes].map((byte) => Buffer.of(byte)))).toEqual([text, text]);
});

it.each([
  ['in one piece', ['x'.repeat(41)]],
  ['with its end in one piece', [`${'x'.repeat(41)}\n`]],
  ['in many', ['a\n', 'x'.repeat(40), 'x', '\n']],
])('takes no line that is too long, %s', async (_what, all) => {
  await expect(linesOf(...all)).rejects.toThrow('more than 40 bytes');
  expect(await linesOf(`${'x'.repeat(40)}\n`)).toEqual(['x'.repeat(40)]);
});
