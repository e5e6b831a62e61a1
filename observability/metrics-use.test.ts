import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { metricTable, services, type MetricDeclaration, type Service } from './metric-table';

const root = join(__dirname, '..');

/** Methods of `Metrics` for each type of metric. */
const methods = { counter: ['count'], gauge: ['set', 'add'], histogram: ['observe'] } as const;

/** The processes that the code of a folder runs in. */
const servicesOf: Readonly<Record<string, readonly Service[]>> = {
  gateway: ['gateway'],
  auth: ['auth'],
  'pipeline/conversion': ['converter'],
  'pipeline/media': ['converter'],
  'pipeline/notification': ['notification'],
  'pipeline/deliveries': ['converter', 'notification'],
  'pipeline/worker': ['converter', 'notification'],
  'pipeline/relay': ['relay'],
  'pipeline/sweeper': ['relay'],
};
/** Its code runs wherever it is asked to. */
const everywhere = 'observability';

interface Use {
  readonly file: string;
  readonly method: string;
  /** The first argument as it is written. */
  readonly name: string;
  readonly folder: string | undefined;
}

const folders = ['auth', 'gateway', 'pipeline', 'dead-letters', 'observability', 'contracts'];
const sources = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(\.test\.ts|(^|\/)test-[^/]*\.ts)$/.test(file))
    .map((file) => ({
      file: [folder, ...file.split(sep)].join('/'),
      text: readFileSync(join(root, folder, file), 'utf8'),
    })),
);

const itself = 'observability/metrics.ts';
const uses: Use[] = sources.flatMap(({ file, text }) => {
  const holder = file === itself ? 'this' : 'metrics';
  const calls = new RegExp(`\\b${holder}\\s*\\.(count|set|add|observe)\\(\\s*([^,)]+)`, 'g');
  return [...text.matchAll(calls)].map(([, method = '', name = '']) => ({
    file,
    method,
    name: name.trim(),
    folder: [everywhere, ...Object.keys(servicesOf)].find((known) => file.startsWith(`${known}/`)),
  }));
});

const usesOf = (name: string) => uses.filter((use) => use.name === `'${name}'`);
const table: [string, MetricDeclaration][] = Object.entries(metricTable);

test.each(table)('%s is set somewhere, in the way of its type', (name, { type }) => {
  const ways = usesOf(name).map(({ method }) => method);
  expect(ways).not.toEqual([]);
  expect(methods[type]).toEqual(expect.arrayContaining(ways));
});

test.each(table)('%s is set by the services of the table, each and no other', (name, declared) => {
  const elsewhere = usesOf(name).filter(({ folder = '' }) => {
    const setters = folder === everywhere ? [] : servicesOf[folder];
    return setters?.every((service) => declared.services.includes(service)) !== true;
  });
  expect(elsewhere).toEqual([]);
  const setters = usesOf(name).flatMap(({ folder = '' }) =>
    folder === everywhere ? services : (servicesOf[folder] ?? []),
  );
  expect(setters).toEqual(expect.arrayContaining([...declared.services]));
});

test('no other name is used, and every name is written out where it is used', () => {
  const known = table.map(([name]) => `'${name}'`);
  expect(uses.filter(({ name }) => !known.includes(name))).toEqual([]);
});

test('whoever holds the metrics calls them so: by that name they are found here', () => {
  const holders = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/(\w+)\??(?:: | = new )Metrics\b/g)].map(([, name]) => ({ file, name })),
  );
  expect(holders.length).toBeGreaterThan(0);
  expect(holders.filter(({ name }) => name !== 'metrics')).toEqual([]);
});

test('nobody makes a metric beside the table', () => {
  const makers = sources.filter(({ text }) =>
    /\bnew (Counter|Gauge|Histogram|Summary)\(/.test(text),
  );
  expect(makers.map(({ file }) => file)).toEqual([itself]);
});
