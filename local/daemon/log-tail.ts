import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The last lines of a log, at most `maxLines` and 8 KiB; empty when there is no log. */
export function logTail(path: string, maxLines = 15): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const length = Math.min(fstatSync(file).size, 8192);
    const buffer = Buffer.alloc(length);
    readSync(file, buffer, 0, length, fstatSync(file).size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-maxLines).join('\n');
  } finally {
    closeSync(file);
  }
}
