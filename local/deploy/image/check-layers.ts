import type { ImageFinding } from './image-check';
import type { ImageTarget } from './image-target';

export interface BuiltLayer {
  readonly digest: string;
  /** What is in its archive, sorted; empty where it was not asked for. */
  readonly files: readonly string[];
}

/**
 * Two builds of the same sources without a cache: the same files in the same layers, with the same
 * contents, owners, modes and times. Their order in the archive, which is in the digest, is the
 * engine's and not ours: Docker 20.10 was seen to write the same layer sorted by path
 * (`users-main.js` before `users/`) and directory by directory.
 */
export function checkSameLayers(
  target: ImageTarget,
  first: readonly BuiltLayer[],
  second: readonly BuiltLayer[],
): ImageFinding[] {
  const count = Math.max(first.length, second.length);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const problem = difference(first[index], second[index]);
    const where = `${target}, layer ${index + 1} of ${count}`;
    return problem === undefined ? [] : [{ check: 'same-layers', where, problem }];
  });
}

function difference(
  first: BuiltLayer | undefined,
  second: BuiltLayer | undefined,
): string | undefined {
  if (first === undefined || second === undefined) return 'only one build made it';
  if (first.digest === second.digest) return undefined;
  const [inFirst, inSecond] = [new Set(first.files), new Set(second.files)];
  const differing = [
    ...first.files.filter((line) => !inSecond.has(line)),
    ...second.files.filter((line) => !inFirst.has(line)),
  ].sort();
  if (differing.length > 0) {
    return `${differing.length} lines of its files differ: ${differing.slice(0, 4).join(' | ')}`;
  }
  return first.files.length > 0 ? undefined : `${first.digest} and ${second.digest}, not read`;
}
