import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessName } from '../processes/process-environment';
import { processNames } from '../processes/product-process';
import { makeSample } from '../sample-media';
import { eventually } from '../test-broker';
import { LightProduct } from './light-product';
import type { Listener } from './listener';
import { beginUpload } from './slow-upload';

const uploadsPerRestart = 4;

let product: LightProduct;
let listeners: readonly Listener[];
let directory: string;
let video: Buffer;
/** Jobs that an upload's answer named. */
const accepted: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rolling-'));
  const path = join(directory, 'video.mp4');
  // Long enough to be met in the middle of its conversion.
  await makeSample(path, { seconds: 30 });
  video = await readFile(path);
  product = await LightProduct.open({ retryDelaysMs: [500, 1_000], environment: {} });
  await product.start(...processNames);
  listeners = [await product.newListener(), await product.newListener()];
}, 120_000);

afterAll(async () => {
  await product.close();
  await rm(directory, { recursive: true });
});

/**
 * Uploads as a script does: when the connection breaks or the answer is 503, it tries again. Were
 * one of the broken ones accepted, there would be a job that no answer named.
 */
async function upload(listener: Listener, name: string): Promise<void> {
  const parts = [{ field: 'file', name, content: new Blob([video]) }];
  await eventually(`acceptance of ${name}`, async () => {
    const response = await listener.upload(parts).catch(() => undefined);
    const answer = await response?.text();
    if (response === undefined || response.status === 503) return undefined;
    if (response.status !== 200) throw new Error(`${name}: ${response.status} ${answer}`);
    accepted.push(response.headers.get('location')?.slice('/jobs/'.length) ?? '');
    return true;
  });
}

/** SIGTERM in the middle of work. @returns the exit code */
async function stopBusy(name: ProcessName): Promise<number | NodeJS.Signals> {
  if (name === 'converter') {
    await eventually('a conversion under way', async () => {
      return (await product.jobs.countDocuments({ step: 'transcode' })) > 0 || undefined;
    });
  }
  if (name !== 'gateway') return product.stop(name);
  const [listener] = listeners;
  if (listener === undefined) throw new Error('no listener');
  const uploading = await beginUpload(product.url, listener, video);
  const end = product.stop(name);
  await eventually('a closed door', async () => {
    const answer = await fetch(product.url).catch(() => undefined);
    return answer === undefined || undefined;
  });
  accepted.push(await uploading.finish());
  return end;
}

it.each(processNames)(
  '%s ends with 0 in the middle of work and comes back',
  async (name) => {
    const uploads = listeners.flatMap((listener) =>
      Array.from({ length: uploadsPerRestart / listeners.length }, (_, index) =>
        upload(listener, `${name}-${index}.mp4`),
      ),
    );
    const restart = async () => {
      try {
        return await stopBusy(name);
      } finally {
        await product.start(name);
      }
    };
    const [end] = await Promise.all([restart(), ...uploads]);
    expect(end).toBe(0);
  },
  60_000,
);

it('lost nothing and repeated nothing', async () => {
  await product.jobsEnded();
  const jobs = await product.jobs.find().toArray();
  expect(jobs.map(({ _id }) => _id).sort()).toEqual(accepted.sort());
  expect(jobs.length).toBe(processNames.length * uploadsPerRestart + 1);
  for (const job of jobs) expect(job).toMatchObject({ state: 'ready', attempts: 1, failures: [] });

  const mp3s = await product.databases.mp3s.collection('fs.files').find().toArray();
  const ids = (of: readonly { toString(): string }[]) => of.map(String).sort();
  expect(ids(mp3s.map(({ _id }) => _id))).toEqual(ids(jobs.map(({ mp3 }) => mp3?.fid ?? '')));

  const named: string[] = [];
  for (const { email } of listeners) {
    const theirs = jobs.filter(({ owner }) => owner.address === email).length;
    const mails = await product.inbox.waitForMails(email, theirs);
    for (const { text } of mails) named.push(/file_id: (\w+)/.exec(text)?.[1] ?? text);
  }
  expect(named.sort()).toEqual(ids(mp3s.map(({ _id }) => _id)));

  await eventually('empty queues', async () => {
    return Object.keys(await product.queued()).length === 0 || undefined;
  });
  expect(await readdir(join(product.stack.config.stateDirectory, 'work'))).toEqual([]);
}, 120_000);
