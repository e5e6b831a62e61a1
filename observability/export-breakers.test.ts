import { EventEmitter, once } from 'node:events';
import { Breaker } from './breaker';
import { exportBreakers } from './export-breakers';
import { createLogger } from './logger';
import { Metrics } from './metrics';

test('each breaker has its state and its changes as metrics, and each change is a line in the log', async () => {
  const policy = { errorThresholdPercentage: 50, volumeThreshold: 1, resetTimeoutMs: 10 };
  const smtp = new Breaker('smtp', () => true, policy);
  const jobs = new Breaker('jobs', () => true, policy);
  const metrics = new Metrics('converter');
  const written = new EventEmitter();
  const lines: unknown[] = [];
  const log = createLogger('tester', 'info', {
    write: (line) => {
      const { level, dependency, state, msg } = JSON.parse(line) as Record<string, unknown>;
      lines.push({ level, dependency, state, msg });
      written.emit(String(state));
    },
  });
  const shown = async () => {
    const text = await metrics.registry.metrics();
    return text.split('\n').filter((line) => line.startsWith('breaker_state'));
  };

  exportBreakers([smtp, jobs], metrics, log);
  expect(await shown()).toEqual([
    'breaker_state{dependency="smtp"} 0',
    'breaker_state{dependency="jobs"} 0',
  ]);

  const halfOpen = once(written, 'half-open');
  await smtp.run(() => Promise.reject(new Error('down'))).catch(() => undefined);
  expect(await shown()).toContain('breaker_state{dependency="smtp"} 2');
  await halfOpen;
  expect(await shown()).toContain('breaker_state{dependency="smtp"} 1');
  await smtp.run(() => Promise.resolve());
  expect(await shown()).toEqual([
    'breaker_state{dependency="smtp"} 0',
    'breaker_state{dependency="jobs"} 0',
  ]);
  const changes = (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => /^breaker_transitions_total.* [^0]/.test(line));
  expect(changes.sort()).toEqual([
    'breaker_transitions_total{dependency="smtp",state="closed"} 1',
    'breaker_transitions_total{dependency="smtp",state="half-open"} 1',
    'breaker_transitions_total{dependency="smtp",state="open"} 1',
  ]);
  expect(lines).toEqual([
    { level: 'warn', dependency: 'smtp', state: 'open', msg: 'breaker of smtp is open' },
    { level: 'warn', dependency: 'smtp', state: 'half-open', msg: 'breaker of smtp is half-open' },
    { level: 'info', dependency: 'smtp', state: 'closed', msg: 'breaker of smtp is closed' },
  ]);
  smtp.stop();
  jobs.stop();
});
