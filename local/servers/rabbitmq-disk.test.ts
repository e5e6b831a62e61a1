import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startPrivateStack, type PrivateStack } from '../private-stack';

let stack: PrivateStack | undefined;

beforeAll(async () => {
  stack = await startPrivateStack('rabbitmq');
}, 60_000);
afterAll(async () => {
  await stack?.close();
}, 30_000);

test('below a path with a space the broker measures its disk, and Prometheus can read it', async () => {
  if (stack === undefined) throw new Error('no stack');
  const { stateDirectory, ports } = stack.config;
  expect(stateDirectory).toContain(' ');
  expect(existsSync(join(stateDirectory, 'rabbitmq/data'))).toBe(true);
  const response = await fetch(`http://127.0.0.1:${ports.rabbitmqMetrics}/metrics`);
  const lines = (await response.text()).split('\n');
  const free = lines.find((line) => line.startsWith('rabbitmq_disk_space_available_bytes '));
  // Free of quotes and of letters, but for an exponent: `'NaN'` fails the whole scrape.
  expect(free).toMatch(/ [1-9][\d.e+]*$/);
});
