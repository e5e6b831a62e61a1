import type { FileEntry } from './built-image';

/** For find(1): type, permissions in octal, owner, group, size, path; a path may hold anything but NUL. */
export const findFormat = '%y %m %U %G %s %p\\0';

const kinds: Record<string, FileEntry['kind']> = { f: 'file', d: 'directory', l: 'link' };

/** @throws Error on a line that find(1) cannot have written in this format */
export function parseFiles(output: string): FileEntry[] {
  return output
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [, kind, mode, uid, gid, bytes, path] =
        /^(\S) ([0-7]+) (\d+) (\d+) (\d+) (.*)$/s.exec(line) ?? [];
      if (kind === undefined || path === undefined) throw new Error(`not a line of find: ${line}`);
      return {
        path,
        kind: kinds[kind] ?? 'other',
        mode: Number.parseInt(mode ?? '', 8),
        uid: Number(uid),
        gid: Number(gid),
        bytes: Number(bytes),
      };
    });
}
