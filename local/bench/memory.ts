import Table from 'cli-table3';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDaemon } from '../daemon/supervisor';
import { startProduct } from '../e2e/product';
import { processNames } from '../processes/product-process';
import { makeSample } from '../sample-media';
import { makeBigVideo } from './big-video';
import { readMemory, resetPeak } from './process-memory';

const MIB = 1_024 * 1_024;
/** What none of the processes may grow by, whatever the size of the file. */
const allowedGrowthBytes = 100 * 1_000 * 1_000;

export interface MemoryRow {
  readonly process: string;
  readonly beforeBytes: number;
  readonly peakBytes: number;
  readonly growthBytes: number;
}

export interface MemoryResult {
  readonly videoBytes: number;
  readonly mp3Bytes: number;
  readonly allowedGrowthBytes: number;
  readonly held: boolean;
  readonly rows: readonly MemoryRow[];
}

/**
 * Uploads, converts and downloads one big video and measures how far each process grows beyond
 * what it holds after a small one. ffmpeg is a process of its own and not counted.
 *
 * @param progress Told what happens now.
 */
export async function benchMemory(
  sizeMib: number,
  progress: (line: string) => void,
): Promise<MemoryResult> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-memory-'));
  progress('starting the product on servers of its own');
  const product = await startProduct();
  try {
    const listener = await product.newListener();
    const pids = processNames.map((name) => {
      const daemon = findDaemon(product.stack.config, name);
      if (daemon === undefined) throw new Error(`${name} does not run`);
      return { name, pid: daemon.pid };
    });
    const convert = async (path: string): Promise<number> => {
      const job = await listener.finished(await listener.submit(path), 1_800_000);
      if (job.mp3 === null) throw new Error(`${path}: ${JSON.stringify(job)}`);
      const response = await listener.call(`/download?fid=${job.mp3.fid}`);
      let bytes = 0;
      for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).length;
      return bytes;
    };
    progress('warming up with a small video');
    const small = join(directory, 'small.mp4');
    await makeSample(small, { seconds: 5 });
    await convert(small);

    progress(`making a video of ${sizeMib} MiB`);
    const big = join(directory, 'big.mkv');
    await makeBigVideo(big, sizeMib * MIB);
    const before = pids.map(({ name, pid }) => {
      resetPeak(pid);
      return { name, pid, beforeBytes: readMemory(pid).residentBytes };
    });
    progress('uploading, converting and downloading it');
    const mp3Bytes = await convert(big);
    const rows = before.map(({ name, pid, beforeBytes }) => {
      const { peakBytes } = readMemory(pid);
      return { process: name, beforeBytes, peakBytes, growthBytes: peakBytes - beforeBytes };
    });
    const { size: videoBytes } = await stat(big);
    const held = rows.every(({ growthBytes }) => growthBytes <= allowedGrowthBytes);
    return { videoBytes, mp3Bytes, allowedGrowthBytes, held, rows };
  } finally {
    await product.close();
    await rm(directory, { recursive: true });
  }
}

export function memoryTable({ rows, videoBytes, held }: MemoryResult, color: boolean): string {
  const mb = (bytes: number) => (bytes / 1_000_000).toFixed(1);
  const style = color ? {} : { style: { head: [], border: [] } };
  const table = new Table({ head: ['process', 'before MB', 'peak MB', 'growth MB'], ...style });
  for (const { process, beforeBytes, peakBytes, growthBytes } of rows) {
    table.push([process, mb(beforeBytes), mb(peakBytes), mb(growthBytes)]);
  }
  const verdict = held ? 'held' : 'NOT held';
  const limit = mb(allowedGrowthBytes);
  return `video of ${mb(videoBytes)} MB; at most ${limit} MB growth: ${verdict}\n${table.toString()}`;
}
