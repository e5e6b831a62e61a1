import { open, type FileHandle } from 'node:fs/promises';
import { MediaToolError } from './media-tool-error';

/** Reads pieces of a file of any size; what lies beyond its end is simply not there. */
export class SourceFile {
  private constructor(
    private readonly handle: FileHandle,
    /** Size of the file, in bytes. */
    readonly size: number,
  ) {}

  /**
   * Opens a file for as long as `use` runs.
   *
   * @throws MediaToolError when it cannot be opened: it is our copy, so the listener is not to
   * blame. Otherwise whatever `use` throws.
   */
  static async with<T>(path: string, use: (file: SourceFile) => Promise<T>): Promise<T> {
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw new MediaToolError(`the local copy of the source cannot be opened: ${String(cause)}`, {
        cause,
      });
    });
    try {
      return await use(new SourceFile(handle, (await handle.stat()).size));
    } finally {
      await handle.close();
    }
  }

  /** The bytes from `offset` on: `length` of them, or fewer at the end of the file. */
  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const left = bytes.length - filled;
      const { bytesRead } = await this.handle.read(bytes, filled, left, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
}
