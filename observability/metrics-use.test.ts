import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricTable } from './metric-table';

const root = join(__dirname, '..');

/** Methods of `Metrics` for each type of metric. */
const methods = { counter: ['count'], gauge: ['set', 'add'], histogram: ['observe'] } as const;

interface Use {
  readonly file: string;
  readonly method: string;
  /** The first argument as it is written. */
  readonly name: string;
}

const sources = ['auth', 'gateway', 'pipeline', 'observability', 'contracts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(\.test\.ts|(^|\/)test-[^/]*\.ts)$/.test(file))
    .map((file) => ({
      file: join(folder, file),
      text: readFileSync(join(root, folder, file), 'utf8'),
    })),
);

const uses: Use[] = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/\bmetrics\s*\.(count|set|add|observe)\(\s*([^,)]+)/g)].map(
    ([, method = '', name = '']) => ({ file, method, name: name.trim() }),
  ),
);

test.each(Object.entries(metricTable))(
  '%s is set somewhere, in the way of its type',
  (name, { type }) => {
    const ways = uses.filter((use) => use.name === `'${name}'`).map(({ method }) => method);
    expect(ways).not.toEqual([]);
    expect(methods[type]).toEqual(expect.arrayContaining(ways));
  },
);

test('no other name is used, and every name is written out where it is used', () => {
  const known = Object.keys(metricTable).map((name) => `'${name}'`);
  expect(uses.filter(({ name }) => !known.includes(name))).toEqual([]);
});

test('nobody makes a metric beside the table', () => {
  const makers = sources.filter(({ text }) =>
    /\bnew (Counter|Gauge|Histogram|Summary)\(/.test(text),
  );
  expect(makers.map(({ file }) => file)).toEqual([join('observability', 'metrics.ts')]);
});
