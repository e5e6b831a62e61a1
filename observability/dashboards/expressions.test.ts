import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { annotations } from './annotations';
import { knownSeries, recorded, recordedNames } from './test-known-series';
import { namesIn } from './test-read-expression';
import { dashboards } from './written-dashboards';

const run = promisify(execFile);

interface Asked {
  readonly where: string;
  readonly expr: string;
  readonly legend: string;
  readonly byQueue: boolean;
}

const asked: Asked[] = [
  ...dashboards.flatMap(({ uid, rows, byQueue }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title, queries }) =>
        queries.map((query) => ({ where: `${uid}: ${title}`, byQueue, ...query })),
      ),
    ),
  ),
  ...annotations().map((annotation) => {
    const { name, expr = '', titleFormat = '', textFormat = '' } = annotation.build();
    return { where: `mark: ${name}`, expr, legend: titleFormat + textFormat, byQueue: false };
  }),
];

/** Functions and keywords of PromQL that the dashboards use. */
const promql =
  'and avg avg_over_time bool changes clamp_max count histogram_quantile increase max min or rate round sum vector'.split(
    ' ',
  );

describe.each(asked)('$where: $expr', ({ expr, legend, byQueue }) => {
  const { selectors, grouping, others } = namesIn(expr);

  it('names series that exist, and nothing else', () => {
    expect(selectors).not.toEqual([]);
    expect(Object.keys(knownSeries)).toEqual(
      expect.arrayContaining(selectors.map(({ metric }) => metric)),
    );
    expect(promql).toEqual(expect.arrayContaining([...others]));
  });

  it('asks for labels and values that these series have', () => {
    const wrong = selectors.flatMap(({ metric, matchers }) =>
      matchers
        .filter(({ label, operator, value }) => {
          const values = knownSeries[metric]?.[label];
          if (values === undefined) return true;
          if (values === null || value.startsWith('$')) return false;
          const asks = operator.endsWith('~') ? value.split('|') : [value];
          return !asks.every((one) => values.includes(one));
        })
        .map(({ label, operator, value }) => `${metric}{${label}${operator}"${value}"}`),
    );
    expect(wrong).toEqual([]);
  });

  it('groups by labels that these series have, and names its lines by labels that are left', () => {
    const have = selectors.flatMap(({ metric }) => Object.keys(knownSeries[metric] ?? {}));
    expect(have).toEqual(expect.arrayContaining([...grouping]));
    const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    expect(grouping).toEqual(expect.arrayContaining(named));
  });

  it('is narrowed to the chosen namespaces, and to the chosen queues where these are asked for', () => {
    for (const { metric, matchers } of selectors) {
      if (!('namespace' in (knownSeries[metric] ?? {}))) continue;
      expect(matchers).toContainEqual({ label: 'namespace', operator: '=~', value: '$namespace' });
    }
    const byChosenQueue = expr.includes('queue=~"$queue"');
    expect(byChosenQueue && !byQueue).toBe(false);
    expect(byQueue && grouping.includes('queue') && !byChosenQueue).toBe(false);
  });
});

it('asks only for recorded series that a rule records', () => {
  expect(recordedNames()).toEqual(expect.arrayContaining(Object.keys(recorded)));
});

it('writes PromQL that promtool reads', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dashboards-'));
  try {
    const file = join(directory, 'rules.yml');
    const rules = asked.map(({ expr, where }, index) => ({
      record: `asked:${index.toString()}`,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '6h'),
      labels: { where },
    }));
    await writeFile(file, stringify({ groups: [{ name: 'dashboards', rules }] }));
    const { stdout } = await run('promtool', ['check', 'rules', file]);
    expect(stdout).toContain(`${asked.length.toString()} rules found`);
  } finally {
    await rm(directory, { recursive: true });
  }
});
