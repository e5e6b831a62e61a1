import type { ImageTarget } from './image-target';

/**
 * What an image may add to its base, in megabytes (10⁶ bytes, unpacked). README states these
 * figures; the base itself is not ours, and a stand-in here.
 */
export const addedLimitMb: Record<ImageTarget, number> = { service: 35, converter: 340 };
