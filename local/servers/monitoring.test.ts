import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { startAdminServer, type AdminServer } from '../../observability/admin-server';
import { Metrics } from '../../observability/metrics';
import { Readiness } from '../../observability/readiness';
import { startDaemon, stopDaemon } from '../daemon/supervisor';
import { startPrivateStack, type PrivateStack } from '../private-stack';
import { createTestInbox } from '../test-inbox';
import { createAlertmanager, operatorAddress } from './alertmanager';
import { createPrometheus, prometheusUrl } from './prometheus';

/** The product's ProcessDown, in a hurry. */
const rule = (wait: string) => `
groups:
  - name: test
    rules:
      - alert: ProcessDown
        expr: max by (namespace, job) (up{job="gateway"}) == 0
        for: ${wait}
        labels: { severity: page }
        annotations:
          summary: No {{ $labels.job }} answers
          description: See whether it runs.
          runbook: runbooks.md#processdown
          dashboard: /d/service
`;

let stack: PrivateStack;
let gateway: AdminServer | undefined;

function prometheus(wait: string) {
  const ruleFile = join(stack.config.stateDirectory, 'rules.yml');
  writeFileSync(ruleFile, rule(wait));
  return createPrometheus(stack.config, { ruleFiles: [ruleFile], everySeconds: 1 });
}

beforeAll(async () => {
  stack = await startPrivateStack('inbox', 'alertmanager');
  const metrics = new Metrics('gateway');
  metrics.collectRuntime();
  const { gatewayAdmin } = stack.config.ports;
  gateway = await startAdminServer('127.0.0.1', gatewayAdmin, metrics, new Readiness());
}, 60_000);

afterAll(async () => {
  await gateway?.stop();
  await stack.close();
}, 30_000);

test('what stops answering is told by mail: what is wrong, what to do, where it is explained', async () => {
  await startDaemon(stack.config, prometheus('1s'));
  await eventually(async () => {
    expect(await healthy()).toEqual(
      expect.arrayContaining(['alertmanager', 'gateway', 'prometheus']),
    );
  });

  await gateway?.stop();
  const [mail] = await createTestInbox(stack.config).waitForMails(operatorAddress);
  expect(mail).toMatchObject({
    subject: 'PAGE FIRING: ProcessDown in local',
    tls: true,
    user: 'video-to-mp3',
  });
  expect(mail?.text).toContain('FIRING: No gateway answers\n\nSee whether it runs.\n');
  expect(mail?.text).toContain('Runbook:   runbooks.md#processdown\nDashboard: /d/service\n');
  expect(mail?.text).toContain(`Query:     ${prometheusUrl(stack.config)}/graph?`);
}, 60_000);

test('a rule that has changed starts Prometheus anew, and nothing else does', async () => {
  expect(await startDaemon(stack.config, prometheus('1s'))).toBe('already running');
  expect(await startDaemon(stack.config, prometheus('2s'))).toBe('restarted');
  const alertmanager = createAlertmanager(stack.config);
  expect(await startDaemon(stack.config, alertmanager)).toBe('already running');
}, 30_000);

test('a program that is missing is named, with what installs it', async () => {
  const config = { ...stack.config, executablePath: '/nowhere' };
  await expect(startDaemon(config, createAlertmanager(config))).rejects.toThrow(
    /prometheus-alertmanager or alertmanager is missing: install it \(apt-get install/,
  );
});

test('stops are stops', async () => {
  const daemons = [prometheus('2s'), createAlertmanager(stack.config)];
  for (const daemon of daemons) {
    expect(await stopDaemon(stack.config, daemon)).toBe('stopped');
    await expect(daemon.probe()).rejects.toThrow('fetch failed');
  }
}, 30_000);

const targetsSchema = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({
        health: z.string(),
        labels: z.object({ job: z.string(), namespace: z.string() }),
      }),
    ),
  }),
});

/** Jobs of the targets that answer. */
async function healthy(): Promise<string[]> {
  const response = await fetch(`${prometheusUrl(stack.config)}/api/v1/targets`);
  const { data } = targetsSchema.parse(await response.json());
  return data.activeTargets.filter(({ health }) => health === 'up').map(({ labels }) => labels.job);
}

async function eventually(check: () => Promise<void>, deadlineMs = 20_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(100);
    }
  }
}
