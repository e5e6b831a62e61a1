import { splitLines } from './split-lines';

async function* pieces(...all: (string | Buffer)[]) {
  await Promise.resolve();
  yield* all;
}

async function linesOf(...all: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(pieces(...all))) lines.push(line);
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
