import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Requirement } from '../deliveries/gate';
import { AttemptDirectory } from './attempt-directory';

/** There is no room for this attempt now. An outage of the machine, as `ENOSPC` is. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
  readonly code = 'ENOSPC';
}

/** Assumed of an attempt that found the disk full before it had reserved anything. */
const leastBytes = 4 * 1024 * 1024;

/**
 * The disk under the work directory. An attempt reserves what it will write before it fetches, so
 * that attempts at once do not fill the disk together; reservations are those of this process.
 * Without room the disk keeps work from beginning, until there is room again.
 */
export class WorkDisk implements Requirement {
  readonly #open = new Map<AttemptDirectory, number>();
  readonly #listeners: (() => void)[] = [];
  #wantedBytes: number | undefined;
  #watch: NodeJS.Timeout | undefined;
  /** One reservation is decided at a time. */
  #deciding: Promise<unknown> = Promise.resolve();

  /** @param recheckEveryMs Pause between two looks at a full disk, in milliseconds. */
  constructor(
    readonly path: string,
    private readonly recheckEveryMs = 2_000,
  ) {}

  /** A directory for one attempt; it does not exist yet. */
  directory(name: string): AttemptDirectory {
    const directory: AttemptDirectory = new AttemptDirectory(join(this.path, name), {
      reserve: (bytes) => this.#reserve(directory, bytes),
      full: () => {
        this.#shut(this.#open.get(directory) ?? leastBytes);
      },
      removed: () => this.#open.delete(directory),
    });
    this.#open.set(directory, 0);
    return directory;
  }

  /** Whether an attempt of this process uses the directory of that path. */
  isOpen(path: string): boolean {
    return [...this.#open.keys()].some((directory) => directory.path === path);
  }

  problem(): string | undefined {
    if (this.#wantedBytes === undefined) return undefined;
    return `the work disk has no room for ${this.#wantedBytes} bytes`;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  stop(): void {
    clearInterval(this.#watch);
  }

  #reserve(directory: AttemptDirectory, bytes: number): Promise<void> {
    const decided = this.#deciding.then(async () => {
      const { free, total } = await this.#room(directory);
      if (free < bytes) {
        // What can never fit would keep everybody else out for ever.
        if (bytes <= total) this.#shut(bytes);
        throw new NoRoom(`${bytes} bytes do not fit on the work disk, which has room for ${free}`);
      }
      this.#open.set(directory, bytes);
    });
    this.#deciding = decided.catch(() => undefined);
    return decided;
  }

  /** Bytes nobody uses, less what the other attempts have reserved and not written yet. */
  async #room(except?: AttemptDirectory): Promise<{ free: number; total: number }> {
    const { bavail, blocks, bsize } = await statfs(this.path);
    let free = bavail * bsize;
    for (const [directory, reserved] of this.#open) {
      if (directory === except) continue;
      free -= Math.max(0, reserved - (await directory.usedBytes()));
    }
    return { free, total: blocks * bsize };
  }

  #shut(bytes: number): void {
    this.#wantedBytes = bytes;
    this.#watch ??= setInterval(() => {
      void this.#look();
    }, this.recheckEveryMs);
    this.#changed();
  }

  async #look(): Promise<void> {
    // A disk that cannot be asked has no room.
    const { free } = await this.#room().catch(() => ({ free: 0 }));
    if (free < (this.#wantedBytes ?? 0)) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#wantedBytes = undefined;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
