import { metricTable } from './metric-table';
import { Metrics } from './metrics';

const linesOf = async (metrics: Metrics, name: string) =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(name));

test('a counter counts, by one or by more, for each set of labels', async () => {
  const metrics = new Metrics('converter');
  metrics.count('logins_total', { result: 'ok' });
  metrics.count('logins_total', { result: 'ok' });
  metrics.count('logins_total', { result: 'refused' });
  metrics.count('audio_seconds_total', {}, 500);
  expect(await linesOf(metrics, 'logins_total')).toEqual([
    'logins_total{result="ok"} 2',
    'logins_total{result="refused"} 1',
  ]);
  expect(await linesOf(metrics, 'audio_seconds_total')).toEqual(['audio_seconds_total 500']);
});

test('a gauge is set, and goes up and down', async () => {
  const metrics = new Metrics('converter');
  metrics.set('breaker_state', { dependency: 'smtp' }, 2);
  metrics.add('deliveries_in_progress', { queue: 'video' }, 1);
  metrics.add('deliveries_in_progress', { queue: 'video' }, 1);
  metrics.add('deliveries_in_progress', { queue: 'video' }, -1);
  expect(await linesOf(metrics, 'breaker_state')).toEqual(['breaker_state{dependency="smtp"} 2']);
  expect(await linesOf(metrics, 'deliveries_in_progress')).toEqual([
    'deliveries_in_progress{queue="video"} 1',
  ]);
});

test('a histogram has the buckets of the table', async () => {
  const metrics = new Metrics('converter');
  metrics.observe('http_request_duration_seconds', { route: '/upload', method: 'POST' }, 3);
  const lines = await linesOf(metrics, 'http_request_duration_seconds');
  const { buckets } = metricTable.http_request_duration_seconds;
  expect(lines).toEqual([
    ...[...buckets, '+Inf'].map(
      (le) =>
        `http_request_duration_seconds_bucket{le="${le}",route="/upload",method="POST"} ${Number(le) >= 3 || le === '+Inf' ? 1 : 0}`,
    ),
    'http_request_duration_seconds_sum{route="/upload",method="POST"} 3',
    'http_request_duration_seconds_count{route="/upload",method="POST"} 1',
  ]);
});

test('what the service counts is there from the start at zero; two processes share nothing', async () => {
  const [one, other] = [new Metrics('auth'), new Metrics('auth')];
  one.count('logins_total', { result: 'ok' });
  expect(await linesOf(other, 'logins_total')).toEqual([
    'logins_total{result="ok"} 0',
    'logins_total{result="refused"} 0',
    'logins_total{result="failed"} 0',
  ]);
  expect(await linesOf(other, 'bcrypt_duration_seconds_count')).toEqual([
    'bcrypt_duration_seconds_count 0',
  ]);
  expect(await linesOf(other, 'mails_total')).toEqual([]);
});

test("Node's own metrics come on demand", async () => {
  const metrics = new Metrics('converter');
  metrics.collectRuntime();
  const text = await metrics.registry.metrics();
  for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']) {
    expect(text).toContain(`\n${name} `);
  }
});

describe('the table', () => {
  test.each(Object.entries(metricTable))(
    '%s follows the naming rules of Prometheus',
    (name, metric) => {
      // prometheus.io/docs/practices/naming: counters end in _total, units are base units.
      expect(name).toMatch(/^[a-z][a-z_]*$/);
      expect(name.endsWith('_total')).toBe(metric.type === 'counter');
      expect(name).not.toMatch(/_(ms|millis|minutes|kb|mb|percent)(_|$)/);
      expect(metric.help).toMatch(/^[A-Z].*\.$/);
    },
  );

  test.each(Object.entries(metricTable))(
    '%s has rising buckets if it is a histogram',
    (_, metric) => {
      const buckets: readonly number[] | undefined =
        'buckets' in metric ? metric.buckets : undefined;
      expect(buckets !== undefined).toBe(metric.type === 'histogram');
      expect(buckets).toEqual(buckets && [...new Set(buckets)].sort((a, b) => a - b));
    },
  );
});

/** Never called: each line is here not to compile. `npm run check` says if one does. */
export function doesNotCompile(metrics: Metrics, file: string): void {
  // @ts-expect-error A name that is not in the table.
  metrics.count('jobs_total', {});
  // @ts-expect-error A gauge is not counted.
  metrics.count('breaker_state', { dependency: 'smtp' });
  // @ts-expect-error A counter is not set.
  metrics.set('logins_total', { result: 'ok' }, 1);
  // @ts-expect-error A counter is not observed.
  metrics.observe('audio_seconds_total', {}, 1);
  // @ts-expect-error A label is missing.
  metrics.count('mails_total', { kind: 'ready' });
  // @ts-expect-error A label too many.
  metrics.count('audio_seconds_total', { file: 'x' }, 1);
  // @ts-expect-error A value that is not in the union.
  metrics.count('logins_total', { result: 'maybe' });
  // @ts-expect-error A value that only the running program knows.
  metrics.add('deliveries_in_progress', { queue: file }, 1);
}
