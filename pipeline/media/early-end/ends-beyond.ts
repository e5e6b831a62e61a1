import type { SourceFile } from '../source-file';

/** The finding of every check here: something states an end that lies behind the file's. */
export function endsBeyond(what: string, end: number, file: SourceFile): string | undefined {
  return end > file.size ? `${what} ends at byte ${end}, the file at ${file.size}` : undefined;
}
