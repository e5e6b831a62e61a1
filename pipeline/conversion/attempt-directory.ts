import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the disk does for one of its directories. */
interface DiskSide {
  reserve(bytes: number): Promise<void>;
  full(): void;
  removed(): void;
}

/** The directory of one attempt: it exists only for this attempt and is removed after it. */
export class AttemptDirectory {
  constructor(
    readonly path: string,
    private readonly disk: DiskSide,
  ) {}

  async create(): Promise<void> {
    await mkdir(this.path, { recursive: true });
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
  async usedBytes(): Promise<number> {
    let bytes = 0;
    // ffmpeg's and our own files come and go meanwhile.
    for (const name of await readdir(this.path).catch(() => [])) {
      const file = await stat(join(this.path, name)).catch(() => undefined);
      bytes += (file?.blocks ?? 0) * 512;
    }
    return bytes;
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
