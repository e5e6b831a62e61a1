import { parse } from 'yaml';
import { rulesOf, scaleAlertmanager, scaleRules } from './scale-files';

const rules = `
groups:
  - name: queues
    interval: 30s
    rules:
      - record: queue:settled:rate5m
        expr: sum(rate(deliveries_total[5m]))
      - alert: NoConsumers
        expr: queue:consumers:sum == 0 and queue:ready:sum offset 1m > 0
        for: 10m
        labels: { severity: page }
`;

test('rules: ranges and waits shrink, thresholds and names stay', () => {
  expect(parse(scaleRules(rules))).toEqual({
    groups: [
      {
        name: 'queues',
        rules: [
          { record: 'queue:settled:rate5m', expr: 'sum(rate(deliveries_total[5s]))' },
          {
            alert: 'NoConsumers',
            expr: 'queue:consumers:sum == 0 and queue:ready:sum offset 1s > 0',
            for: '10s',
            labels: { severity: 'page' },
          },
        ],
      },
    ],
  });
});

test('lists what a file records and alerts about', () => {
  expect(rulesOf(rules).map(({ kind, name }) => [kind, name])).toEqual([
    ['record', 'queue:settled:rate5m'],
    ['alert', 'NoConsumers'],
  ]);
});

test('alertmanager: waits of every route shrink, receivers stay', () => {
  const config = `
route: { receiver: mail, group_wait: 30s, repeat_interval: 4h, routes: [{ group_interval: 5m }] }
receivers: [{ name: mail, email_configs: [{ to: operator@localhost, text: wait 5m }] }]
`;
  expect(parse(scaleAlertmanager(config))).toEqual({
    route: {
      receiver: 'mail',
      group_wait: '500ms',
      repeat_interval: '240s',
      routes: [{ group_interval: '5s' }],
    },
    receivers: [{ name: 'mail', email_configs: [{ to: 'operator@localhost', text: 'wait 5m' }] }],
  });
});
