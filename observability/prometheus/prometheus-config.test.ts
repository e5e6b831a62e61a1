import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTopology, defaultRetryDelaysMs } from '../../contracts/topology';
import { prometheusConfig } from './prometheus-config';
import { relabelQueues } from './queue-labels';
import { scrapeTargets } from './scrapes';
import { rulesDirectory, run } from './test-read-rules';
import { writtenPrometheusFiles } from './written-files';

const root = join(__dirname, '../..');
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'prometheus-config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function onDisk(text: string): string {
  const path = join(directory, 'config.yml');
  writeFileSync(path, text);
  return path;
}

test.each(writtenPrometheusFiles())(
  '$path is on disk as the code has it (npm run docs writes it)',
  ({ path, text }) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  },
);

test.each(writtenPrometheusFiles().filter(({ path }) => !path.includes('alertmanager')))(
  'promtool accepts $path',
  async ({ text }) => {
    // Debian's Prometheus is built without discovery in Kubernetes: the rest of the file is checked.
    const file = onDisk(
      text
        .replaceAll('kubernetes_sd_configs:', 'static_configs:')
        .replaceAll(/- role: pod\n\s+namespaces:\n\s+own_namespace: true/g, '- targets: [a]'),
    );
    expect(await run('promtool', 'check', 'config', '--syntax-only', file)).toContain('valid');
  },
);

test('promtool accepts known targets together with the rules', async () => {
  const target = '127.0.0.1:1';
  const text = prometheusConfig({
    comment: 'One\nTwo',
    everySeconds: 1,
    ruleFiles: ['recording.yml', 'alerts.yml'].map((name) => join(rulesDirectory, name)),
    alertmanager: target,
    scrapes: scrapeTargets('local', {
      gateway: target,
      auth: target,
      converter: target,
      notification: target,
      relay: target,
      rabbitmq: target,
      prometheus: target,
      alertmanager: target,
    }),
  });
  expect(text).toMatch(/^# One\n# Two\nglobal:/);
  const output = await run('promtool', 'check', 'config', onDisk(text));
  expect(output).toContain('2 rule files found');
});

/** As Prometheus relabels (relabel_config): the labels that are left; undefined: dropped. */
function relabelled(
  labels: Record<string, string>,
  rules: ReturnType<typeof relabelQueues>,
): Record<string, string> | undefined {
  let now = { ...labels };
  for (const { source_labels = [], regex = '(.*)', replacement = '$1', ...rule } of rules) {
    const value = source_labels.map((name) => now[name] ?? '').join(';');
    const match = new RegExp(`^(?:${regex})$`);
    if (rule.action === 'keep') {
      if (!match.test(value)) return undefined;
    } else if (rule.action === 'labeldrop') {
      now = Object.fromEntries(Object.entries(now).filter(([name]) => !match.test(name)));
    } else if (match.test(value)) {
      now[rule.target_label ?? ''] = value.replace(match, replacement);
    }
  }
  return now;
}

const name = 'rabbitmq_detailed_queue_messages_ready';

test.each([
  ['video', { queue: 'video', kind: 'work' }],
  ['mp3', { queue: 'mp3', kind: 'work' }],
  ['mp3.failed', { queue: 'failed', kind: 'work' }],
  ['mp3.failed.dead', { queue: 'failed', kind: 'dead' }],
  ['video.dead', { queue: 'video', kind: 'dead' }],
  ['video.retry.10s', { queue: 'video', kind: 'retry', tier: '10s' }],
  ['mp3.failed.retry.10m', { queue: 'failed', kind: 'retry', tier: '10m' }],
])('the broker`s queue %s becomes %j', (queue, labels) => {
  expect(relabelled({ __name__: name, vhost: 'v', queue }, relabelQueues())).toEqual({
    __name__: name,
    ...labels,
  });
});

test.each(['videos', 'video.retry.7s', 'videoXdead', 'amq.gen-x', 'failed', ''])(
  'a queue named %j is none of ours',
  (queue) => {
    expect(relabelled({ __name__: name, queue }, relabelQueues())).toBeUndefined();
  },
);

test('other metrics of the broker`s queues are dropped', () => {
  const other = { __name__: 'rabbitmq_detailed_queue_process_reductions_total', queue: 'video' };
  expect(relabelled(other, relabelQueues())).toBeUndefined();
});

test('a queue that is named as our label for another is not taken for it', () => {
  const rules = relabelQueues(buildTopology({ video: 'mp3', mp3: 'video' }, defaultRetryDelaysMs));
  expect(relabelled({ __name__: name, queue: 'mp3' }, rules)).toMatchObject({ queue: 'video' });
  expect(relabelled({ __name__: name, queue: 'video' }, rules)).toMatchObject({ queue: 'mp3' });
});
