import { Metrics } from '../../../observability/metrics';
import { services } from '../../../observability/metric-table';
import { MetricCoverage } from './metric-coverage';
import { readExposition } from './prometheus-text';

test('reads names, labels and escaped values', () => {
  const { declared, series } = readExposition(`# HELP a_total What a is.
# TYPE a_total counter
a_total{b="x \\"y\\"",c="1,2"} 3
d 4e-7 1700000000
`);
  expect([...declared]).toEqual(['a_total']);
  expect(series).toEqual([
    { name: 'a_total', labels: { b: 'x \\"y\\"', c: '1,2' } },
    { name: 'd', labels: {} },
  ]);
});

test('what the product itself makes is in the table', async () => {
  const coverage = new MetricCoverage();
  for (const service of services) {
    const metrics = new Metrics(service);
    metrics.collectRuntime();
    coverage.add(service, readExposition(await metrics.text()));
  }
  const strangers = coverage.problems().filter((problem) => problem.endsWith('in the table'));
  expect(strangers).toEqual([]);
});

test.each([
  ['a metric', '# HELP surprise_total Oh.\nsurprise_total 1', 'surprise_total is not'],
  ['a series', 'surprise_total 1', 'surprise_total is not'],
  ['a label', 'logins_total{user="ada"} 1', 'logins_total{user="ada"} is not'],
  ['a value', 'logins_total{result="perhaps"} 1', 'logins_total{result="perhaps"} is not'],
])('tells %s beside the table', (_, text, problem) => {
  const coverage = new MetricCoverage();
  coverage.add('auth', readExposition(text));
  expect(coverage.problems().join('\n')).toContain(`auth: ${problem}`);
});

test('tells what a service never showed', () => {
  const coverage = new MetricCoverage();
  coverage.add('auth', readExposition('# HELP build_info Version.\nbuild_info 1'));
  const problems = coverage.problems();
  expect(problems).toContain('auth: logins_total was never on /metrics');
  expect(problems).not.toContain('auth: build_info was never on /metrics');
});
