import fc from 'fast-check';
import { printable, printableLine, printableLines } from './printable';

it('shows what would steer the terminal as its code', () => {
  expect(printable('\u001b]0;owned\u0007 \u001b[2Jx')).toBe('\\x1b]0;owned\\x07 \\x1b[2Jx');
  expect(printable('a\u202egpj.exe')).toBe('a\\u202egpj.exe');
  expect(printable('\u009b31m \ud800')).toBe('\\x9b31m \\ud800');
});

it('leaves what people write', () => {
  expect(printable('Größe 10 µs — 日本語 👍')).toBe('Größe 10 µs — 日本語 👍');
});

it('makes one line, or keeps the lines', () => {
  expect(printableLine('  a\r\n\tb ')).toBe('a b');
  expect(printableLines('a\r\n\tb\rc')).toEqual(['a', '    b\\x0dc']);
});

it('never lets a control character through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).toMatch(/^[^\p{Control}\p{Surrogate}]*$/u);
    }),
  );
});
