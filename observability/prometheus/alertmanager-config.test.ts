import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { alertmanagerConfig, type MailRoute } from './alertmanager-config';
import { alerts, run } from './test-read-rules';

const plain: MailRoute = {
  comment: 'For a test.',
  smarthost: 'inbox:1025',
  from: 'alerts@example.com',
  to: 'operator@example.com',
  groupWaitSeconds: 1,
};
const withAccount: MailRoute = {
  ...plain,
  account: { user: 'u', passwordFile: '/etc/hostname', trustAnyCertificate: true },
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'alertmanager-config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function onDisk(route: MailRoute): string {
  const path = join(directory, 'alertmanager.yml');
  writeFileSync(path, alertmanagerConfig(route));
  return path;
}

test.each([
  ['without an account', plain],
  ['with an account', withAccount],
])('amtool accepts a mail server %s', async (_name, route) => {
  expect(await run('amtool', 'check-config', onDisk(route))).toContain('SUCCESS');
});

test.each([
  ['page', 'operator-now'],
  ['ticket', 'operator'],
])('an alert of severity %s goes to %s', async (severity, receiver) => {
  const file = onDisk(plain);
  const label = `severity=${severity}`;
  const routed = await run('amtool', 'config', 'routes', 'test', `--config.file=${file}`, label);
  expect(routed.split('\n')[0]).toBe(receiver);
});

test('the name and password of a mail server go over TLS only', () => {
  const { global } = z
    .object({ global: z.object({ smtp_require_tls: z.boolean() }) })
    .parse(parse(alertmanagerConfig(withAccount)));
  expect(global.smtp_require_tls).toBe(true);
});

const inhibitSchema = z.object({
  inhibit_rules: z.array(
    z.object({ source_matchers: z.array(z.string()), target_matchers: z.array(z.string()) }),
  ),
});

test('inhibitions name alerts that there are', () => {
  const { inhibit_rules } = inhibitSchema.parse(parse(alertmanagerConfig(plain)));
  const names = new Set(alerts.map(({ alert }) => alert));
  const patterns = inhibit_rules
    .flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers])
    .flatMap((matcher) => /^alertname =~? "?([^"]*)"?$/.exec(matcher)?.[1]?.split('|') ?? []);
  expect(patterns.length).toBeGreaterThan(10);
  for (const pattern of patterns) {
    expect([...names].filter((name) => new RegExp(`^${pattern}$`).test(name))).not.toEqual([]);
  }
});
