import { headerNames } from '../../contracts/headers';
import { buildTopology } from '../../contracts/topology';
import { eventually, openTestBroker, type TestBroker } from '../../local/test-broker';
import { testMongoUrl } from '../../local/test-stack';
import { TransientError } from '../deliveries/failure';
import type { ConversionSteps } from './convert-video';
import type { ConverterParts } from './assemble-converter';
import { testConverters, type TestConverters } from './test-converters';

const retryDelaysMs = [50, 100, 150];
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, retryDelaysMs);

let broker: TestBroker;
let converters: TestConverters;

beforeEach(async () => {
  broker = await openTestBroker();
  converters = await testConverters(broker.vhost.url, await testMongoUrl(), retryDelaysMs);
}, 60_000);

afterEach(async () => {
  await converters.close();
  await broker.close();
}, 60_000);

/** A converter whose transcode does something else before it does its work. */
const before =
  (first: () => Promise<void>) =>
  (parts: ConverterParts): ConverterParts => ({
    ...parts,
    steps: ({ transcode, ...others }: ConversionSteps) => ({
      ...others,
      transcode: {
        ...transcode,
        async run(video, context) {
          await first();
          return transcode.run(video, context);
        },
      },
    }),
  });

const settled = (expected: Record<string, number>) =>
  eventually(`only ${JSON.stringify(expected)} in the queues`, async () => {
    const counts = await broker.counts(topology);
    return JSON.stringify(counts) === JSON.stringify(expected) || undefined;
  });

it.each([1, 4, 8])(
  'gives up a poison message after exactly the attempts it may have: %d workers',
  async (workers) => {
    let begun = 0;
    const poison = before(() => {
      begun += 1;
      return Promise.reject(new TransientError('poison'));
    });
    const message = await converters.storeVideo();
    await Promise.all(Array.from({ length: workers }, () => converters.startPlain(poison)));
    await broker.publish('video', message, { messageId: 'the-message' });
    const job = await converters.jobIn('dead', message.video_fid);
    await settled({ 'video.dead': 1 });
    // A second copy, as a listener of the tutorial's or a replay may send it.
    await broker.publish('video', message, { messageId: 'the-message' });
    await settled({ 'video.dead': 2 });
    expect(begun).toBe(4);
    expect(job).toMatchObject({ attempts: 4, deadReason: 'attempts-exhausted' });
    expect(job.failures.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    for (const { properties } of await broker.takeAll('video.dead')) {
      expect(properties.messageId).toBe('the-message');
      expect(properties.headers).toMatchObject({
        [headerNames.attempt]: 4,
        [headerNames.deadReason]: 'attempts-exhausted',
      });
    }
    expect(await converters.mp3Count()).toBe(0);
  },
  60_000,
);

it('makes one MP3 of one job on two workers, with a copy for each', async () => {
  // Holds the first attempt until the copy was handed to the other worker and put aside.
  let attempts = 0;
  const holding = before(async () => {
    attempts += 1;
    await eventually('a deferred copy', async () => {
      const { messageCount } = await broker.channel.checkQueue('video.retry.50ms');
      return messageCount > 0 || undefined;
    });
  });
  const message = await converters.storeVideo();
  await Promise.all([converters.startPlain(holding), converters.startPlain(holding)]);
  await broker.publish('video', message);
  await broker.publish('video', message);
  const job = await converters.jobIn('ready', message.video_fid);
  await settled({ mp3: 1 });
  expect(attempts).toBe(1);
  expect(job.attempts).toBe(1);
  expect(await converters.mp3Count()).toBe(1);
}, 60_000);
