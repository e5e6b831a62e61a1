import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { daemonFiles } from '../daemon/supervisor';
import type { ProcessName } from '../processes/process-environment';
import { makeSample } from '../sample-media';
import { eventually } from '../test-broker';
import { LightProduct } from './light-product';
import type { Listener } from './listener';
import { startOtlpReceiver, type OtlpReceiver } from './otlp-receiver';
import { spanTree } from './span-tree';

/** No transcoding is as fast. */
const tooShort = { TRANSCODE_TIMEOUT_MS: '100' };
const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '00f067aa0ba902b7' };

let receiver: OtlpReceiver;
let product: LightProduct;
let directory: string;
let video: string;
let silent: string;
let ann: Listener;
let operator: Listener;

/** Jobs of the first test, told apart by what becomes of them. */
let deadJob: string;
let readyJob: string;
let heldJob: string;
let failedJob: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'traces-'));
  video = join(directory, 'holiday.mp4');
  silent = join(directory, 'silent.mp4');
  await makeSample(video, { seconds: 1 });
  await makeSample(silent, { seconds: 1, output: ['-an'] });
  receiver = await startOtlpReceiver();
  product = await LightProduct.open({
    retryDelaysMs: [200],
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      // Read by the exporter itself; an outage shows sooner.
      OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
      MAX_ATTEMPTS: '2',
      MAX_QUEUED_PER_OWNER: '1',
      RELAY_EVERY_MS: '100',
    },
  });
  await Promise.all([
    product.start('auth', 'gateway', 'relay', 'notification'),
    product.startWith('converter', tooShort),
  ]);
  [ann, operator] = await Promise.all([product.newListener(), product.newListener('--operator')]);
  deadJob = await ann.submit(video);
  await eventually('dead letter', async () => {
    return (await product.stores.letters.findOne({ jobId: deadJob })) ?? undefined;
  });
  // Its last spans go out when it stops.
  await product.stop('converter');
  const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
  readyJob = await ann.submit(video, { traceparent });
  // One job of an owner is in the queue at a time.
  heldJob = await ann.submit(video);
  failedJob = await operator.submit(silent);
  const answer = { kind: 'refuse', code: 451 } as const;
  await product.inbox.behave({ to: operator.email, at: 'recipient', answer, times: 1 });
  await product.start('converter');
}, 120_000);

afterAll(async () => {
  await product.close();
  await receiver.close();
  await rm(directory, { recursive: true });
});

async function traceIdOf(jobId: string): Promise<string> {
  const job = await product.jobs.findOne({ _id: jobId });
  return job?.traceId ?? 'none';
}

/** The trace must come to be exactly this. */
async function expectTrace(traceId: string, expected: readonly string[]): Promise<void> {
  const tree = () => spanTree(traceId, receiver.spans());
  await eventually('every span', () => tree().length >= expected.length || undefined).catch(
    // What is missing is seen below.
    () => undefined,
  );
  expect(tree()).toEqual(expected);
}

const upload = [
  'gateway POST /upload (200)',
  '  gateway POST /validate (200)',
  '    auth POST /validate (200)',
];
const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
const converted = [
  '  converter process video (1 completed)',
  '    converter fetch-video (ok)',
  '    converter transcode (ok)',
  '      converter ffmpeg',
  '    converter store-mp3 (ok)',
  '    converter emit-done (ok)',
  '      converter publish mp3',
  '        notification process mp3 (1 completed)',
  '          notification send-mail',
];

it('follows an upload to its mail in the trace of its caller', async () => {
  await expectTrace(caller.traceId, [
    ...upload,
    ...indented(['gateway publish video', ...converted]),
  ]);
  expect(await traceIdOf(readyJob)).toBe(caller.traceId);
  const root = receiver.spans().find(({ name, traceId }) => {
    return name === 'POST /upload' && traceId === caller.traceId;
  });
  expect(root?.parentSpanId).toBe(caller.spanId);
});

it('stays in the trace when the relay publishes what was held', async () => {
  await expectTrace(await traceIdOf(heldJob), [
    ...upload,
    ...indented(['relay publish video', ...converted]),
  ]);
});

it('shows an unfit file as no failure of ours, and each attempt at its mail', async () => {
  await expectTrace(await traceIdOf(failedJob), [
    ...upload,
    ...indented([
      'gateway publish video',
      '  converter process video (1 failed)',
      '    converter fetch-video (ok)',
      '    converter transcode (refused SourceRefused) !',
      '    converter publish failed',
      '      notification process failed (1 retry) !',
      '        notification send-mail (TransientError) !',
      '      notification process failed (2 completed)',
      '        notification send-mail',
    ]),
  ]);
});

it('puts a replay into the trace of its job, linked to the order of the operator', async () => {
  const order = {
    action: 'replay',
    select: { filter: {} },
    reason: 'the time limit is raised',
  };
  const response = await operator.call('/operator/dead-letters/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  expect(response.status).toBe(202);
  await product.inbox.waitForMails(ann.email, 3);
  const died = ['converter fetch-video (ok)', 'converter transcode (failed StepTimeout) !'];
  const traceId = await traceIdOf(deadJob);
  const expected = [
    ...upload,
    ...indented([
      'gateway publish video',
      '  converter process video (1 retry) !',
      ...died.map((line) => `    ${line}`),
      '  converter process video (2 dead-letter StepTimeout) !',
      ...died.map((line) => `    ${line}`),
      '  relay file dead letter',
      'relay replay (1) -> relay order replay',
      ...indented(['relay publish video', ...converted]),
    ]),
  ];
  // The limit may strike before ffmpeg runs, or while it does.
  const withoutAborted = () =>
    spanTree(traceId, receiver.spans()).filter((line) => !line.includes('ffmpeg ('));
  await eventually(
    'every span',
    () => withoutAborted().length >= expected.length || undefined,
  ).catch(() => undefined);
  expect(withoutAborted()).toEqual(expected);
  const placed = await product.stores.orders.findOne({});
  const [, orderTrace = ''] = placed?.traceparent?.split('-') ?? [];
  expect(orderTrace).not.toBe(traceId);
  await expectTrace(orderTrace, [
    'gateway POST /operator/dead-letters/orders (202)',
    '  gateway POST /validate (200)',
    '    auth POST /validate (200)',
    '  relay order replay',
  ]);
}, 60_000);

const lines = (name: ProcessName): Record<string, unknown>[] =>
  readFileSync(daemonFiles(product.stack.config, name).logFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('names the trace in the log lines of every process', async () => {
  const about = (name: ProcessName, traceId: unknown) =>
    new Set(lines(name).flatMap(({ msg, traceId: id }) => (id === traceId ? String(msg) : [])));
  expect([...about('gateway', caller.traceId)]).toEqual(['video accepted', 'request']);
  expect(about('converter', caller.traceId)).toContain('delivery completed');
  expect(about('converter', caller.traceId)).toContain('attempt started');
  expect(about('notification', caller.traceId)).toContain('delivery completed');
  expect(about('relay', await traceIdOf(heldJob))).toEqual(new Set(['message published']));
  const logins = lines('auth').filter(({ msg }) => msg === 'login granted');
  const traces = logins.map(({ traceId }) => spanTree(String(traceId), receiver.spans()));
  expect(traces[0]).toEqual([
    'gateway POST /login (200)',
    '  gateway POST /login (200)',
    '    auth POST /login (200)',
  ]);
});

it('says nothing of users, files and addresses', () => {
  const said = JSON.stringify(receiver.spans(), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  for (const secret of [ann.email, operator.email, 'holiday', 'silent', directory, ann.token]) {
    expect(said).not.toContain(secret);
  }
});

it('works on while the collector is away, and says so once', async () => {
  await receiver.close();
  const bea = await product.newListener();
  for (const count of [1, 2]) {
    expect((await bea.finished(await bea.submit(video))).state).toBe('ready');
    await product.inbox.waitForMails(bea.email, count);
  }
  for (const name of ['gateway', 'auth', 'converter', 'notification'] as const) {
    const warnings = () => lines(name).filter(({ msg }) => String(msg).startsWith('traces: '));
    await eventually(`warning of ${name}`, () => warnings().length > 0 || undefined);
    expect(warnings()).toHaveLength(1);
  }
}, 60_000);

it('makes no traceparent unless it is told where to send traces', async () => {
  await Promise.all([product.kill('converter'), product.kill('gateway')]);
  await product.startWith('gateway', { OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  await eventually('broker of the gateway', async () => {
    const response = await fetch(
      `http://127.0.0.1:${product.stack.config.ports.gatewayAdmin}/readyz`,
    );
    const { conditions } = (await response.json()) as { conditions: { rabbitmq: { ok: boolean } } };
    return conditions.rabbitmq.ok || undefined;
  });
  const jobId = await ann.submit(video);
  const job = await product.jobs.findOne({ _id: jobId });
  expect(job).toMatchObject({ traceId: expect.any(String) as string, traceparent: null });
  const connection = await connect(product.brokerUrl);
  try {
    const channel = await connection.createChannel();
    const message = await channel.get(product.topology.queueNames.video, { noAck: true });
    if (message === false) throw new Error('no message');
    const { headers } = message.properties;
    expect(headers).toMatchObject({ 'job-id': jobId, 'trace-id': job?.traceId });
    expect(headers).not.toHaveProperty('traceparent');
  } finally {
    await connection.close();
  }
}, 60_000);
