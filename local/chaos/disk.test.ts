import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openWorkDisks, type WorkDisks } from './disk';

let parent: string;
let disks: WorkDisks;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'work-disks-'));
  disks = await openWorkDisks(parent, 2);
});

afterAll(async () => {
  await disks.close();
  await rm(parent, { recursive: true });
});

/** Runs a shell line where a converter would run. */
async function inside(line: string): Promise<void> {
  const { file, args } = disks.inside({
    file: 'sh',
    args: ['-c', line],
    environment: {},
    directory: parent,
  });
  await promisify(execFile)(file, [...args]);
}

it('fills one disk and leaves the other, or says why it cannot', async () => {
  if (disks.problem !== null) {
    // Not every machine lets us mount; the harness leaves these events out there and says so.
    expect(disks.problem).not.toBe('');
    return;
  }
  const [full, other] = [disks.directory(1), disks.directory(2)];
  await disks.fill(1);
  await expect(inside(`head -c 9 /dev/zero > '${full}/file'`)).rejects.toThrow(
    /No space left on device/,
  );
  await inside(`echo x > '${other}/file'`);
  await disks.free(1);
  await inside(`echo x > '${full}/after'`);
  // The refused one is there, and empty.
  expect((await disks.list(1)).sort()).toEqual(['after', 'file']);
  expect(await disks.list(2)).toEqual(['file']);
  // Nothing of it is seen from outside.
  expect(await readdir(full)).toEqual([]);
});
