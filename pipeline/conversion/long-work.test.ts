import { connect, type ChannelModel } from 'amqplib';
import { buildTopology } from '../../contracts/topology';
import { startPrivateStack, type PrivateStack } from '../../local/private-stack';
import { amqpUrl } from '../../local/servers/rabbitmq-urls';
import { rabbitmqctl } from '../../local/servers/rabbitmqctl';
import { eventually } from '../../local/test-broker';
import { testMongoUrl } from '../../local/test-stack';
import type { ConverterParts } from './assemble-converter';
import { testConverters, type TestConverters } from './test-converters';

const retryDelaysMs = [100, 200];
const topology = buildTopology({ video: 'video', mp3: 'mp3' }, retryDelaysMs);

let stack: PrivateStack;
let broker: ChannelModel;
let converters: TestConverters;

beforeAll(async () => {
  stack = await startPrivateStack('rabbitmq');
  // The broker closes the channel of whoever leaves a delivery unsettled for longer than that
  // (rabbitmq.com/docs/consumers, "Delivery Acknowledgement Timeout").
  for (const setting of ['consumer_timeout, 1000', 'channel_tick_interval, 500']) {
    await rabbitmqctl(stack.config, 'eval', `application:set_env(rabbit, ${setting}).`);
  }
  broker = await connect(amqpUrl(stack.config));
  converters = await testConverters(amqpUrl(stack.config), await testMongoUrl(), retryDelaysMs);
}, 60_000);

afterAll(async () => {
  await converters.close();
  await broker.close();
  await stack.close();
}, 60_000);

it("finishes once what takes longer than the broker's patience", async () => {
  let begun = 0;
  let goOn!: () => void;
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const slow = (parts: ConverterParts): ConverterParts => ({
    ...parts,
    steps: ({ transcode, ...others }) => ({
      ...others,
      transcode: {
        ...transcode,
        async run(video, context) {
          begun += 1;
          await mayGoOn;
          return transcode.run(video, context);
        },
      },
    }),
  });
  const converter = await converters.start({}, slow);
  const consuming = (ok: boolean) =>
    eventually(`readiness that says ${ok}`, async () => {
      const { status, conditions } = await converters.ready(converter);
      if (conditions['rabbitmq']?.ok !== ok) return undefined;
      return { status, detail: conditions['rabbitmq'].detail };
    });
  await consuming(true);
  const message = await converters.storeVideo();
  const channel = await broker.createConfirmChannel();
  channel.sendToQueue('video', Buffer.from(JSON.stringify(message)), { persistent: true });
  await channel.waitForConfirms();
  expect(await consuming(false)).toEqual({ status: 503, detail: 'no consumer on video' });
  expect((await consuming(true)).status).toBe(200);
  await eventually('the same delivery again, put aside', async () => {
    const { messageCount } = await channel.checkQueue('video.retry.100ms');
    return messageCount === 1 || undefined;
  });
  goOn();
  const job = await converters.jobIn('ready', message.video_fid);
  expect(job).toMatchObject({ attempts: 1, failures: [] });
  expect(begun).toBe(1);
  expect(await converters.mp3Count()).toBe(1);
  await eventually('nothing but one piece of news', async () => {
    const counts: Record<string, number> = {};
    for (const { name } of topology.queues) {
      const { messageCount } = await channel.checkQueue(name);
      if (messageCount > 0) counts[name] = messageCount;
    }
    return JSON.stringify(counts) === JSON.stringify({ mp3: 1 }) || undefined;
  });
}, 60_000);
