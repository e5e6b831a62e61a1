import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricTable, runtimeMetrics, type MetricDeclaration } from '../metric-table';
import { alerts, expectationsIn, recordings, rulesDirectory, run } from './test-read-rules';

const caseFiles = readdirSync(rulesDirectory).filter((name) => name.endsWith('.test.yml'));
const expectations = caseFiles.flatMap(expectationsIn);

test('promtool accepts the rules', async () => {
  const files = ['recording.yml', 'alerts.yml'].map((name) => join(rulesDirectory, name));
  expect(await run('promtool', 'check', 'rules', ...files)).toContain('SUCCESS');
});

test.each(caseFiles)('promtool finds what %s expects', async (name) => {
  expect(await run('promtool', 'test', 'rules', join(rulesDirectory, name))).toContain('SUCCESS');
});

describe.each(alerts.map((rule) => [`${rule.alert} (${rule.labels.severity})`, rule] as const))(
  '%s',
  (_name, { alert, labels, annotations }) => {
    // Both severities of an alert, or this one alone, where a case asks for one.
    const asked = expectations.filter(
      ({ expr }) =>
        new RegExp(`ALERTS\\{alertname="${alert}"`).test(expr) &&
        (!expr.includes('severity=') || expr.includes(`severity="${labels.severity}"`)),
    );

    it('has a case in which it fires', () => {
      const fired = asked.flatMap(({ series }) => series);
      expect(fired.filter((one) => one.includes(`severity="${labels.severity}"`))).not.toEqual([]);
    });

    it('has a case in which it is silent', () => {
      expect(asked.filter(({ series }) => series.length === 0)).not.toEqual([]);
    });

    it('has its part in the runbooks, and a dashboard', () => {
      const [path = '', anchor] = annotations.runbook.split('#');
      const headings = readFileSync(join(__dirname, '../..', path), 'utf8').match(/^## .*$/gm);
      expect(headings).toContain(`## ${alert}`);
      expect(anchor).toBe(alert.toLowerCase());
      expect(annotations.dashboard).toMatch(/^\/d\/(service|queues|workers|gateway-and-auth)$/);
    });
  },
);

test('the runbooks have no part for an alert that there is not', () => {
  const runbooks = readFileSync(join(__dirname, 'runbooks.md'), 'utf8');
  const parts = [...runbooks.matchAll(/^## (.*)$/gm)].map(([, name]) => name);
  expect(new Set(parts)).toEqual(new Set(alerts.map(({ alert }) => alert)));
});

/** What others export; seen on RabbitMQ 3.10.8, the same in 4.3 (rabbitmq.com/docs/prometheus). */
const foreign = [
  'up',
  'rabbitmq_detailed_queue_messages',
  'rabbitmq_detailed_queue_messages_ready',
  'rabbitmq_detailed_queue_messages_unacked',
  'rabbitmq_detailed_queue_consumers',
  'rabbitmq_alarms_memory_used_watermark',
  'rabbitmq_alarms_free_disk_space_watermark',
  'rabbitmq_process_resident_memory_bytes',
  'rabbitmq_resident_memory_limit_bytes',
  'rabbitmq_disk_space_available_bytes',
  'rabbitmq_disk_space_available_limit_bytes',
];
const table: Readonly<Record<string, MetricDeclaration>> = metricTable;
const ours = Object.entries(table).flatMap(([name, { type }]) =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
);
const known = new Set([
  ...foreign,
  ...ours,
  ...runtimeMetrics,
  ...recordings.map(({ record }) => record),
]);
const operators = ['and', 'or', 'unless', 'on', 'by', 'group_left'];

/**
 * Without a parser: what is left when strings, matchers, ranges, label lists and everything that is
 * followed by a bracket have gone. What it does not understand counts as a metric, and fails.
 */
function metricsIn(expr: string): string[] {
  const left = expr
    .replace(/"[^"]*"/g, ' ')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replace(/\b(by|on|group_left)\s*\([^)]*\)/g, ' ')
    .replace(/[a-z_]\w*\s*(?=\()/g, (word) => (operators.includes(word.trim()) ? word : ' '));
  const words = left.match(/[a-zA-Z_:][\w:]*/g) ?? [];
  return words.filter((word) => !operators.includes(word));
}

const expressions = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...recordings.map(
    ({ record, labels, expr }) => [`${record} ${labels?.['slo'] ?? ''}`, expr] as const,
  ),
];

test.each(expressions)('%s reads only metrics that somebody exports', (_name, expr) => {
  expect(metricsIn(expr).filter((name) => !known.has(name))).toEqual([]);
});

test.each(expressions)('%s asks only for values that the labels have', (_name, expr) => {
  const selectors = [...expr.matchAll(/([a-z_]\w*)\{([^}]*)\}/g)];
  for (const [, name = '', matchers = ''] of selectors) {
    const labels = table[name.replace(/_(bucket|sum|count)$/, '')]?.labels ?? table[name]?.labels;
    for (const [, label = '', wanted = ''] of matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)) {
      if (labels === undefined || label === 'job') continue;
      expect(labels[label]).toEqual(expect.arrayContaining(wanted.split('|')));
    }
  }
});

test('the reading of expressions finds a metric wherever it stands', () => {
  const expr = 'a_total{x="b"} and on (c) max by (d) (rate(e:f:g[5m])) > 3 * h unless (j or k_l)';
  expect(metricsIn(expr)).toEqual(['a_total', 'e:f:g', 'h', 'j', 'k_l']);
});
