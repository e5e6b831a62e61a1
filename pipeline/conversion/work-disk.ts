import { statfs } from 'node:fs/promises';
import { TransientError } from '../deliveries/failure';
import type { Requirement } from '../deliveries/gate';
import { AttemptDirectory } from './attempt-directory';
import { keptBytes, removeKeptWork } from './kept-work';

/** There is no room for this attempt now. An outage of the machine, as `ENOSPC` is. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
  readonly code = 'ENOSPC';
}

/**
 * The disk is too small for this video even when it is empty. Waiting would not end, so this uses up
 * attempts and becomes a dead letter, to be replayed on a larger disk.
 */
export class DiskTooSmall extends TransientError {
  override readonly name = 'DiskTooSmall';
}

interface Room {
  readonly free: number;
  readonly possible: number;
  readonly total: number;
}

/** With less than this the disk is full, whatever an attempt needs. */
const leastBytes = 4 * 1024 * 1024;

/**
 * The disk under the work directory. An attempt reserves what it will write before it fetches, so
 * that attempts at once do not fill the disk together; reservations are those of this process.
 * Without room the disk keeps work from beginning, until there is room again.
 */
export class WorkDisk implements Requirement {
  readonly deferReason = 'disk';
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
    const directory: AttemptDirectory = new AttemptDirectory(this.path, name, {
      reserve: (bytes) => this.#reserve(directory, bytes),
      full: () => {
        const reserved = this.#open.get(directory) ?? 0;
        this.#shut(reserved > 0 ? reserved : leastBytes);
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

  /**
   * What attempts may still write, and the size of the file system, in bytes. What is kept for
   * replays takes no room away: it goes when somebody needs it.
   *
   * @throws the error of the file system.
   */
  async room(): Promise<{ readonly availableBytes: number; readonly sizeBytes: number }> {
    const [{ free, total }, kept] = await Promise.all([this.#room(), keptBytes(this.path)]);
    return { availableBytes: Math.max(0, free + kept), sizeBytes: total };
  }

  #reserve(directory: AttemptDirectory, bytes: number): Promise<void> {
    const decided = this.#deciding.then(async () => {
      const { free, possible, total } = await this.#roomFor(bytes, directory);
      if (total < bytes) {
        throw new DiskTooSmall(`${bytes} bytes do not fit on the work disk, which has ${total}`);
      }
      if (free < bytes) {
        // What would not fit even alone must not keep everybody else out for ever.
        if (bytes <= possible || possible < leastBytes) this.#shut(bytes);
        throw new NoRoom(`${bytes} bytes do not fit on the work disk, which has room for ${free}`);
      }
      this.#open.set(directory, bytes);
    });
    this.#deciding = decided.catch(() => undefined);
    return decided;
  }

  /** What is kept for replays goes when somebody needs its room, and it may be enough. */
  async #roomFor(bytes: number, except?: AttemptDirectory): Promise<Room> {
    const room = await this.#room(except);
    if (room.free >= bytes || room.total < bytes) return room;
    if ((await removeKeptWork(this.path, 'all')) === 0) return room;
    return this.#room(except);
  }

  /**
   * `free`: bytes nobody uses, less what the other attempts have reserved and not written yet.
   * `possible`: what would be free if they had ended. `total`: the whole disk.
   */
  async #room(except?: AttemptDirectory): Promise<Room> {
    const { bavail, blocks, bsize } = await statfs(this.path);
    let free = bavail * bsize;
    let possible = free;
    for (const [directory, reserved] of this.#open) {
      if (directory === except) continue;
      const used = await directory.usedBytes();
      free -= Math.max(0, reserved - used);
      possible += used;
    }
    return { free, possible, total: blocks * bsize };
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
    const wanted = this.#wantedBytes ?? 0;
    const { free } = await this.#roomFor(wanted).catch(() => ({ free: 0 }));
    // With no attempt left to make room for it, only a full disk keeps work from beginning.
    if (free < (this.#open.size === 0 ? Math.min(wanted, leastBytes) : wanted)) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#wantedBytes = undefined;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
