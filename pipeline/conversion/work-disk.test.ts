import type { StatsFs } from 'node:fs';
import fs, { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { eventually } from '../../local/test-broker';
import { Metrics } from '../../observability/metrics';
import { classifyError } from '../deliveries/failure';
import { showWorkDisk } from './show-work-disk';
import { DiskTooSmall, NoRoom, WorkDisk } from './work-disk';

const MIB = 1024 * 1024;
let path: string;
let disk: WorkDisk;
let answers: (string | undefined)[];

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'work-disk-test-'));
  disk = new WorkDisk(path, 10);
  answers = [];
  disk.onChange(() => answers.push(disk.problem()));
});

afterEach(async () => {
  jest.restoreAllMocks();
  disk.stop();
  await rm(path, { recursive: true });
});

/** Most of what is free: it fits once and not twice, whatever others write meanwhile. */
async function mostBytes(): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return Math.floor(bavail * bsize * 0.7);
}

const roomAgain = () =>
  new Promise<void>((resolve) => {
    disk.onChange(() => {
      if (disk.problem() === undefined) resolve();
    });
  });

it('lets one attempt have the room and keeps work from beginning until it is free again', async () => {
  const bytes = await mostBytes();
  const first = disk.directory('first');
  const second = disk.directory('second');
  const results = await Promise.allSettled([first.reserve(bytes), second.reserve(bytes)]);
  expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }]);
  const reason: unknown = (results[1] as PromiseRejectedResult).reason;
  expect(reason).toBeInstanceOf(NoRoom);
  expect(classifyError(reason).kind).toBe('not-now');
  expect(disk.problem()).toBe(`the work disk has no room for ${bytes} bytes`);
  const open = roomAgain();
  await first.remove();
  await open;
  expect(answers).toEqual([expect.any(String), undefined]);
  await second.reserve(bytes);
});

it('knows what an attempt has written already of what it reserved', async () => {
  const first = disk.directory('first');
  await first.create();
  await first.reserve(64 * MIB);
  expect(await first.usedBytes()).toBe(0);
  await writeFile(join(first.path, 'video'), Buffer.alloc(8 * MIB, 1), { flush: true });
  expect(await first.usedBytes()).toBe(8 * MIB);
});

it('does not keep others out for what would not fit even alone', async () => {
  const left = { bavail: 8 * MIB, blocks: 64 * MIB, bsize: 1 } as StatsFs;
  jest.spyOn(fs, 'statfs').mockResolvedValue(left);
  await disk.directory('other').reserve(MIB);
  await expect(disk.directory('huge').reserve(32 * MIB)).rejects.toThrow(NoRoom);
  expect(disk.problem()).toBeUndefined();
});

it('does not wait for a larger disk', async () => {
  const { blocks, bsize } = await statfs(path);
  const reserving = disk.directory('huge').reserve(blocks * bsize + 1);
  const reason: unknown = await reserving.catch((error: unknown) => error);
  expect(reason).toBeInstanceOf(DiskTooSmall);
  expect(classifyError(reason).kind).toBe('transient');
  expect(disk.problem()).toBeUndefined();
});

it('lets work begin when nobody is left who could make room', async () => {
  const directory = disk.directory('one');
  await directory.reserve(await mostBytes());
  const open = roomAgain();
  directory.foundFull();
  // Somebody else wrote meanwhile, and keeps it.
  const left = { bavail: 8 * MIB, blocks: 64 * MIB, bsize: 1 } as StatsFs;
  jest.spyOn(fs, 'statfs').mockResolvedValue(left);
  await directory.remove();
  await open;
  expect(answers).toEqual([expect.any(String), undefined]);
});

it('keeps work from beginning as long as the disk is full, whoever filled it', async () => {
  const statfsNow = jest
    .spyOn(fs, 'statfs')
    .mockResolvedValue({ bavail: 0, blocks: 64 * MIB, bsize: 1 } as StatsFs);
  const directory = disk.directory('one');
  await expect(directory.reserve(MIB)).rejects.toThrow(NoRoom);
  await directory.remove();
  expect(disk.problem()).toBe(`the work disk has no room for ${MIB} bytes`);
  const looks = statfsNow.mock.calls.length;
  await eventually('two more looks', () => statfsNow.mock.calls.length > looks + 1 || undefined);
  expect(disk.problem()).toBeDefined();
  const open = roomAgain();
  jest.restoreAllMocks();
  await open;
});

it('assumes something of an attempt that had reserved nothing when the disk was full', () => {
  disk.directory('one').foundFull();
  expect(disk.problem()).toBe(`the work disk has no room for ${4 * MIB} bytes`);
});

it('keeps work from beginning when the disk was full in spite of a reservation', async () => {
  const directory = disk.directory('one');
  await directory.reserve(MIB);
  const open = roomAgain();
  directory.foundFull();
  expect(disk.problem()).toBe(`the work disk has no room for ${MIB} bytes`);
  await open;
});

it('shows what attempts may still write: not what is reserved, but what is kept for replays', async () => {
  const left = { bavail: 32 * MIB, blocks: 64 * MIB, bsize: 1 } as StatsFs;
  const statfsNow = jest.spyOn(fs, 'statfs').mockResolvedValue(left);
  const metrics = new Metrics('converter');
  const lines: string[] = [];
  showWorkDisk(disk, metrics, pino({}, { write: (line: string) => lines.push(line) }));
  const shown = async () =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith('work_disk_'));
  expect(await shown()).toEqual([
    `work_disk_available_bytes ${32 * MIB}`,
    `work_disk_size_bytes ${64 * MIB}`,
  ]);
  const dead = disk.directory('dead');
  await dead.create();
  await writeFile(join(dead.path, 'video'), Buffer.alloc(2 * MIB, 1), { flush: true });
  await dead.keep('job');
  await disk.directory('at-work').reserve(8 * MIB);
  expect(await shown()).toContain(`work_disk_available_bytes ${(32 - 8 + 2) * MIB}`);
  expect(lines).toEqual([]);
  statfsNow.mockRejectedValue(Object.assign(new Error('gone'), { code: 'ENOENT' }));
  expect(await shown()).toContain('work_disk_available_bytes 0');
  expect(lines).toHaveLength(1);
});

it('removes the directory with what is in it', async () => {
  const directory = disk.directory('one');
  await directory.create();
  await writeFile(join(directory.path, 'video'), 'bytes');
  expect(disk.isOpen(directory.path)).toBe(true);
  await directory.remove();
  expect(await readdir(path)).toEqual([]);
  expect(disk.isOpen(directory.path)).toBe(false);
});
