import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultDatabases } from '../../contracts/gridfs';
import { placeOrder } from '../../dead-letters/orders/place-order';
import { previewOrder } from '../../dead-letters/orders/preview-order';
import { openStores, type DeadLetterStores } from '../../dead-letters/stores';
import { startProduct } from '../e2e/product';
import { makeSample } from '../sample-media';
import { eventually } from '../test-broker';
import { fileDeadLetters } from './file-dead-letters';
import { summarize, uploadLive, type LiveUpload, type LiveUploads } from './live-uploads';
import { lookAtDeadLetters, readAll } from './look-at-dead-letters';
import type { Measurement } from './measurement';
import { median, timed } from './median-ms';

const idleUploads = 8;
/** MAX_QUEUED_REPLAYS of the relay, and CONCURRENCY of the converter, when left out. */
const replaysAhead = 8 + availableParallelism();
const patienceMs = 600_000;

export interface DeadLettersResult {
  readonly deadLetters: number;
  readonly exportBytes: number;
  readonly idle: LiveUploads;
  readonly whileReplaying: LiveUploads;
  readonly measurements: readonly Measurement[];
  readonly held: boolean;
}

/**
 * Fills the queues with dead letters as workers leave them, lets the relay file them, looks at
 * them, and replays all while somebody uploads.
 *
 * @param progress Told what happens now.
 */
export async function benchDeadLetters(
  count: number,
  progress: (line: string) => void,
): Promise<DeadLettersResult> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-dead-letters-'));
  progress('starting the product on servers of its own');
  const product = await startProduct();
  try {
    const video = join(directory, 'video.mp4');
    await makeSample(video, { seconds: 1 });
    const stores = openStores(product.mongo.db(defaultDatabases.jobs));
    const listener = await product.newListener();
    const upload = () => uploadLive(stores.jobs, listener, video);
    await upload(); // The first one of a process takes longer.

    progress('uploading to the idle product');
    const idle: LiveUpload[] = [];
    while (idle.length < idleUploads) {
      await jobsEnded(stores);
      idle.push(await upload());
    }
    await jobsEnded(stores);

    const filingMs = await fileDeadLetters(product, stores, { count, video, directory, progress });
    progress('looking');
    const looks = await lookAtDeadLetters(product, stores);
    progress(`replaying all ${count}, and uploading meanwhile`);
    const { replayMs, previewMs, uploads } = await replayAll(stores, upload, progress);
    progress('reading the audit and exporting');
    const { auditMs, exportMs, exportBytes } = await readAll(stores, count);

    const whileReplaying = summarize(uploads);
    const measurements: Measurement[] = [
      { name: 'filing all, from the first to the last', value: filingMs, unit: 'ms', aim: null },
      ...looks,
      { name: 'dry run of all', value: previewMs, unit: 'ms', aim: null },
      { name: 'replaying all, until each is put back', value: replayMs, unit: 'ms', aim: 60_000 },
      ...liveMeasurements(summarize(idle), whileReplaying),
      { name: 'reading the whole audit', value: auditMs, unit: 'ms', aim: null },
      { name: 'exporting all', value: exportMs, unit: 'ms', aim: null },
    ];
    const held = measurements.every(({ value, aim }) => aim === null || value <= aim);
    return {
      deadLetters: count,
      exportBytes,
      idle: summarize(idle),
      whileReplaying,
      measurements,
      held,
    };
  } finally {
    progress('taking everything down');
    await product.close();
    await rm(directory, { recursive: true });
  }
}

async function jobsEnded({ jobs }: DeadLetterStores): Promise<void> {
  const open = () => jobs.countDocuments({ finishedAt: null });
  await eventually('end of every job', async () => (await open()) === 0 || undefined, patienceMs);
}

/** Uploads until every letter is put back, and then until there were enough. */
async function replayAll(
  stores: DeadLetterStores,
  upload: () => Promise<LiveUpload>,
  progress: (line: string) => void,
): Promise<{ replayMs: number; previewMs: number; uploads: readonly LiveUpload[] }> {
  const request = { action: 'replay', select: { filter: {} }, reason: 'bench' } as const;
  const { ms: previewMs } = await timed(() => previewOrder(stores, request));
  const placing = timed(async () => {
    const { id } = await placeOrder(stores, request, 'bench');
    await eventually(
      'end of the order',
      async () => (await stores.orders.findOne({ _id: id }))?.state === 'finished' || undefined,
      patienceMs,
    );
  });
  const progressOf = { putBack: false };
  const replaying = placing.finally(() => (progressOf.putBack = true));
  replaying.catch(() => undefined); // Thrown below.
  const { jobs } = stores;
  const firstReplay = { replays: 1, startedAt: { $ne: null } } as const;
  await eventually(
    'the first replay',
    async () => (await jobs.findOne(firstReplay)) !== null || undefined,
    patienceMs,
  );
  const uploads: LiveUpload[] = [];
  while (!progressOf.putBack || uploads.length < idleUploads) {
    uploads.push(await upload());
    const waits = median(uploads.map(({ waitedMs }) => waitedMs));
    progress(`${uploads.length} uploads meanwhile, median ${Math.round(waits)} ms`);
  }
  return { replayMs: (await replaying).ms, previewMs, uploads };
}

function liveMeasurements(idle: LiveUploads, busy: LiveUploads): Measurement[] {
  return [
    { name: 'upload to start, idle: median', value: idle.medianMs, unit: 'ms', aim: null },
    { name: 'upload to start, idle: slowest', value: idle.slowestMs, unit: 'ms', aim: null },
    { name: 'upload to start, replaying: median', value: busy.medianMs, unit: 'ms', aim: null },
    { name: 'upload to start, replaying: slowest', value: busy.slowestMs, unit: 'ms', aim: null },
    {
      name: 'replays that started before an upload: most',
      value: busy.mostReplaysBefore,
      unit: 'replays',
      aim: replaysAhead,
    },
  ];
}
