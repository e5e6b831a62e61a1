import { styleText } from 'node:util';
import type { Paint } from '../terminal';
import { renderTable, type Column } from './table';

const columns: readonly Column[] = [
  { head: 'id' },
  { head: 'error', least: 10 },
  { head: 'user', least: 6, spare: true },
];
const plain = (_: Paint, text: string) => text;
const rows = [
  ['3fa91c5e0b7d2a46', 'MongoServerError: no space left on the device', 'listener@example.com'],
  ['1111111111111111', 'short', '-'],
];

const widthOf = (table: string) => Math.max(...table.split('\n').map((line) => line.length));

it('cuts nothing where there is no screen', () => {
  const table = renderTable(columns, rows, { width: undefined, paint: plain });
  expect(table).toContain(
    '  MongoServerError: no space left on the device  listener@example.com\n',
  );
  expect(table).not.toContain('…');
});

it.each([100, 80, 60, 50, 42, 34])('fits %i columns and never cuts an id', (width) => {
  const table = renderTable(columns, rows, { width, paint: plain });
  expect(widthOf(table)).toBeLessThanOrEqual(width);
  expect(table).toContain('3fa91c5e0b7d2a46');
});

it('leaves spare columns out only where cutting is not enough', () => {
  const [narrow, wide] = [34, 40].map((width) =>
    renderTable(columns, rows, { width, paint: plain }),
  );
  expect(wide).toContain('user');
  expect(narrow).not.toContain('user');
  expect(narrow).toContain('error');
});

it('has no line break and no escape code of a stranger in it', () => {
  const odd = ['3fa91c5e0b7d2a46', 'a\nb\u001b[31m', ''];
  const table = renderTable(columns, [odd], { width: 80, paint: plain });
  expect(table).toContain('a b\\x1b[31m');
  expect(table).not.toContain('\u001b');
  expect(table.split('\n')).toHaveLength(2);
});

it('has the heads in colour where it is wanted', () => {
  const paint = (how: Paint, text: string) => styleText(how, text, { validateStream: false });
  expect(renderTable(columns, rows, { width: 80, paint })).toContain('\u001b[1mid\u001b[22m');
  expect(renderTable(columns, rows, { width: 80, paint: plain })).not.toContain('\u001b');
});
