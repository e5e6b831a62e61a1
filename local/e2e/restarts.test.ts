import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDaemon, startDaemon, stopDaemon } from '../daemon/supervisor';
import { createProductProcess, processNames } from '../processes/product-process';
import { makeSample } from '../sample-media';
import type { ServerName } from '../servers/servers';
import { eventually } from '../test-broker';
import { Listener } from './listener';
import { startProduct, type Product } from './product';

let product: Product;
let listener: Listener;
let directory: string;
let video: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restarts-'));
  video = join(directory, 'video.mp4');
  await makeSample(video, { seconds: 1 });
  product = await startProduct();
  listener = await product.newListener();
}, 120_000);

afterAll(async () => {
  await product.close();
  await rm(directory, { recursive: true });
});

const pids = () => processNames.map((name) => findDaemon(product.stack.config, name)?.pid);

/** Every process of ours says that it can work. */
async function ready(): Promise<void> {
  const { ports } = product.stack.config;
  const admin = [
    ports.gatewayAdmin,
    ports.authAdmin,
    ports.converterAdmin,
    ports.notificationAdmin,
  ];
  for (const port of admin) {
    await eventually(
      `readiness on port ${port}`,
      async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok || undefined,
      60_000,
    );
  }
}

/** Log in, upload, convert, mail, download. */
async function expectService(): Promise<void> {
  const again = await Listener.logIn(product.url, listener.email, listener.password);
  const mailsBefore = (await product.inbox.mails(listener.email)).length;
  const job = await again.finished(await again.submit(video));
  expect(job.state).toBe('ready');
  const mp3 = await again.download(job.mp3?.fid ?? '');
  expect(mp3).toHaveLength(job.mp3?.bytes ?? -1);
  await product.inbox.waitForMails(listener.email, mailsBefore + 1);
}

it.each<[string, ServerName, 'crash' | 'stop']>([
  ['RabbitMQ crashed', 'rabbitmq', 'crash'],
  ['RabbitMQ was stopped', 'rabbitmq', 'stop'],
  ['MongoDB crashed', 'mongodb', 'crash'],
  ['MySQL crashed', 'mariadb', 'crash'],
  ['the mail server was stopped', 'inbox', 'stop'],
])(
  'serves again after %s and came back, with the same processes',
  async (_name, server, how) => {
    const before = pids();
    await product.stack[how](server);
    // Somebody tries while it is away: whatever the answer, it must not wedge anything.
    await listener.submit(video).catch(() => undefined);
    await product.stack.start(server);
    await ready();
    await expectService();
    expect(pids()).toEqual(before);
  },
  120_000,
);

it.each(['converter', 'notification', 'gateway'] as const)(
  'gets %s going that started while RabbitMQ and MongoDB were away',
  async (name) => {
    const { config } = product.stack;
    const daemon = createProductProcess(config, name);
    await stopDaemon(config, daemon);
    await product.stack.crash('mongodb');
    await product.stack.crash('rabbitmq');
    const starting = startDaemon(config, daemon);
    const port = daemon.ports.find(({ label }) => label === 'admin')?.port ?? 0;
    await eventually('an answer that it is not ready', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      return answer?.status === 503 || undefined;
    });
    await product.stack.start('mongodb');
    await product.stack.start('rabbitmq');
    await starting;
    await ready();
    await expectService();
  },
  120_000,
);

it('converts what was accepted while the converter was away', async () => {
  const { config } = product.stack;
  const converter = findDaemon(config, 'converter');
  if (converter === undefined) throw new Error('the converter does not run');
  process.kill(converter.pid, 'SIGSTOP');
  const id = await listener.submit(video);
  expect((await listener.job(id)).state).toBe('queued');
  process.kill(converter.pid, 'SIGCONT');
  expect((await listener.finished(id)).state).toBe('ready');
}, 120_000);
