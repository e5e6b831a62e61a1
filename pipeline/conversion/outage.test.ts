import { buildTopology } from '../../contracts/topology';
import { startPrivateStack, type PrivateStack } from '../../local/private-stack';
import { mongoUrl } from '../../local/servers/mongodb';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { testConverters, type TestConverters } from './test-converters';

const retryDelaysMs = [100, 200];
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, retryDelaysMs);

let broker: TestBroker;
let stack: PrivateStack;
let converters: TestConverters;

beforeAll(async () => {
  broker = await openTestBroker();
  stack = await startPrivateStack('mongodb');
  converters = await testConverters(broker.vhost.url, mongoUrl(stack.config), retryDelaysMs);
}, 60_000);

afterAll(async () => {
  await converters.close();
  await stack.close();
  await broker.close();
}, 60_000);

it('begins nothing while MongoDB is away, uses no attempt, and goes on by itself', async () => {
  const messages = [];
  for (let video = 0; video < 6; video += 1) messages.push(await converters.storeVideo());
  const converter = await converters.start({ CONCURRENCY: '1' });
  const work = async () => (await converters.ready(converter)).conditions['work'];
  await eventually('a converter at work', async () => (await work())?.ok === true || undefined);
  await stack.crash('mongodb');
  for (const message of messages) await broker.publish('video', message);
  const holding = await eventually('a held delivery', async () => {
    const condition = await work();
    return condition?.detail.includes('holding 1 deliveries') === true ? condition : undefined;
  });
  expect(holding).toMatchObject({ ok: false });
  expect(holding.detail).toContain('jobs is not available');
  const figures = async () => {
    const text = await (await fetch(`http://127.0.0.1:${converter.adminPort}/metrics`)).text();
    return text.split('\n');
  };
  expect(await figures()).toContain('breaker_state{dependency="jobs"} 2');
  await stack.start('mongodb');
  for (const message of messages) {
    const job = await converters.jobIn('ready', message.video_fid);
    expect(job).toMatchObject({ attempts: 1, failures: [] });
  }
  expect(await work()).toEqual({ ok: true, detail: 'taking work' });
  await eventually('nothing but the news', async () => {
    const counts = await broker.counts(topology);
    return JSON.stringify(counts) === JSON.stringify({ mp3: 6 }) || undefined;
  });
  expect(await converters.mp3Count()).toBe(6);
  expect(await figures()).toEqual(
    expect.arrayContaining([
      'breaker_state{dependency="jobs"} 0',
      expect.stringMatching(/^breaker_transitions_total\{dependency="jobs",state="open"\} [1-9]/),
      'attempts_total{queue="video"} 6',
      'jobs_finished_total{state="ready"} 6',
      'jobs_finished_total{state="dead"} 0',
      'retries_total{queue="video",tier="1"} 0',
    ]),
  );
}, 90_000);
