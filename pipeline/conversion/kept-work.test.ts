import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  statfs,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ObjectId } from 'mongodb';
import { defaultConversionOptions } from '../../contracts/conversion-options';
import { defaultMediaLimits } from '../media/media-limits';
import { TestMedia, toneWithPicture } from '../media/test-media';
import { localVideoPath } from './fetch-video';
import type { ConversionJob } from './hand-offs';
import { removeKeptWork } from './kept-work';
import { transcode } from './transcode';
import { DiskTooSmall, WorkDisk } from './work-disk';

const media = new TestMedia();
const videoFid = new ObjectId();
const jobId = videoFid.toHexString();
let path: string;
let disk: WorkDisk;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'kept-work-test-'));
  disk = new WorkDisk(path, 10);
});

afterEach(async () => {
  disk.stop();
  await rm(path, { recursive: true });
});

afterAll(() => media.remove());

function jobIn(directory: string, change: Partial<ConversionJob> = {}): ConversionJob {
  return {
    id: jobId,
    claimToken: new ObjectId().toHexString(),
    username: 'a@example.com',
    videoFid,
    sourceName: 'a.mp4',
    options: defaultConversionOptions,
    replays: 1,
    traceId: null,
    traceparent: null,
    directory,
    reserve: () => Promise.resolve(),
    ...change,
  };
}

/** @returns also whether ffmpeg ran: it says how far it is. */
async function transcodeIn(job: ConversionJob, videoPath: string) {
  const percents: number[] = [];
  const made = await transcode(defaultMediaLimits, 60_000).run(
    { job, videoPath },
    { signal: new AbortController().signal, progress: (percent) => percents.push(percent) },
  );
  return { made, encoded: percents.length > 0 };
}

/** An attempt that came as far as its MP3, and whose work is kept. */
async function keptMp3() {
  const first = disk.directory('first');
  await first.create();
  const job = jobIn(first.path);
  await copyFile(await media.make('tone.mp4', ...toneWithPicture(1)), localVideoPath(job));
  const { made, encoded } = await transcodeIn(job, localVideoPath(job));
  expect(encoded).toBe(true);
  await first.keep(jobId);
  return made;
}

async function secondAttempt(): Promise<string> {
  const second = disk.directory('second');
  await second.create(jobId);
  return second.path;
}

it('gives the next attempt the MP3 that the dead one had proved', async () => {
  const { bytes, durationMs } = await keptMp3();
  expect(await readdir(path)).toEqual([`kept.${jobId}`]);
  const job = jobIn(await secondAttempt());
  const { made, encoded } = await transcodeIn(job, localVideoPath(job));
  expect(encoded).toBe(false);
  expect(made).toEqual({ job, mp3Path: join(job.directory, 'audio.mp3'), bytes, durationMs });
});

it.each([
  ['other options', { options: { quality: { kind: 'vbr', level: 9 } } }],
  ['another title', { sourceName: 'b.mp4' }],
] as const)('encodes anew for %s', async (_what, change) => {
  await keptMp3();
  const job = jobIn(await secondAttempt(), change);
  expect((await transcodeIn(job, localVideoPath(job))).encoded).toBe(true);
});

it('encodes anew when the MP3 is not what was proved', async () => {
  await keptMp3();
  const job = jobIn(await secondAttempt());
  await truncate(join(job.directory, 'audio.mp3'), 5_000);
  expect((await transcodeIn(job, localVideoPath(job))).encoded).toBe(true);
});

it('keeps the work of one attempt, the last', async () => {
  for (const name of ['first', 'second']) {
    const directory = disk.directory(name);
    await directory.create();
    await writeFile(join(directory.path, name), 'bytes');
    await directory.keep(jobId);
  }
  expect(await readdir(await secondAttempt())).toEqual(['second']);
});

it('begins with an empty directory where nothing is kept', async () => {
  expect(await readdir(await secondAttempt())).toEqual([]);
});

it('removes what is kept when an attempt needs the room, and nothing else', async () => {
  await keptMp3();
  await mkdir(join(path, 'somebody-elses'));
  const { bavail, bsize } = await statfs(path);
  const attempt = disk.directory('large');
  await attempt.reserve(1_000);
  expect(await readdir(path)).toContain(`kept.${jobId}`);
  await expect(attempt.reserve(2 * bavail * bsize)).rejects.toThrow('bytes');
  expect(await readdir(path)).toEqual(['somebody-elses']);
});

it('removes nothing for what would not fit on the empty disk', async () => {
  await keptMp3();
  const { blocks, bsize } = await statfs(path);
  const reserving = disk.directory('huge').reserve(blocks * bsize + 1);
  await expect(reserving).rejects.toBeInstanceOf(DiskTooSmall);
  expect(await readdir(path)).toEqual([`kept.${jobId}`]);
});

it('keeps young work when it looks for old', async () => {
  await keptMp3();
  expect(await removeKeptWork(path, 'old')).toBe(0);
  expect(await removeKeptWork(path, 'all')).toBe(1);
  expect(await readdir(path)).toEqual([]);
});
