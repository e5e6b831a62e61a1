import type { ImageFinding } from './image-check';
import type { ImageTarget } from './image-target';

/** Two builds of the same checkout without a cache: the same digests, in the same order. */
export function checkSameLayers(
  target: ImageTarget,
  first: readonly string[],
  second: readonly string[],
): ImageFinding[] {
  const count = Math.max(first.length, second.length);
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => first[index] !== second[index])
    .map((index) => ({
      check: 'same-layers',
      where: `${target}, layer ${index + 1} of ${count}`,
      problem: `one build made ${first[index] ?? 'none'}, the next ${second[index] ?? 'none'}`,
    }));
}
