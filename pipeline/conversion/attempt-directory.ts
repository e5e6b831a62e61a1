import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { keepWork, takeKeptWork, usedBytes } from './kept-work';

/** What the disk does for one of its directories. */
interface DiskSide {
  reserve(bytes: number): Promise<void>;
  full(): void;
  removed(): void;
}

/** The directory of one attempt: it exists only for this attempt, and is removed or kept after it. */
export class AttemptDirectory {
  readonly path: string;

  constructor(
    private readonly workDirectory: string,
    name: string,
    private readonly disk: DiskSide,
  ) {
    this.path = join(workDirectory, name);
  }

  /** @param keptOf The job whose kept work it begins with, if this disk has any. */
  async create(keptOf?: string): Promise<void> {
    if (keptOf !== undefined && (await takeKeptWork(this.workDirectory, keptOf, this.path))) return;
    await mkdir(this.path, { recursive: true });
  }

  /** Keeps what it holds for a replay of the job, and gives its reservation back. */
  async keep(jobId: string): Promise<void> {
    await keepWork(this.path, this.workDirectory, jobId);
    this.disk.removed();
  }

  /** Makes sure that so many bytes can be written. @throws NoRoom */
  reserve(bytes: number): Promise<void> {
    return this.disk.reserve(bytes);
  }

  /** The disk was full in spite of the reservation: somebody else writes to it. */
  foundFull(): void {
    this.disk.full();
  }

  /** Bytes that its files take up on the disk; 0 when it does not exist. */
  usedBytes(): Promise<number> {
    return usedBytes(this.path);
  }

  /** Removes it with all it holds and gives its reservation back, even if removing fails. */
  async remove(): Promise<void> {
    try {
      await rm(this.path, { recursive: true, force: true });
    } finally {
      this.disk.removed();
    }
  }
}
