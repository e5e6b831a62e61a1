import type { RefusalReason } from '../../contracts/refusal-reason';

/** What is uploaded; clips.ts makes the files. */
export const goodClips = ['mp4', 'mkv', 'webm', 'avi', 'mov', 'ts', 'flv'] as const;
export const badClips = ['silent', 'junk'] as const;
export type GoodClip = (typeof goodClips)[number];
export type BadClip = (typeof badClips)[number];
export type ClipName = GoodClip | BadClip;

/** Why the listener is told that a file cannot be converted. */
export const refusalOf: Readonly<Record<BadClip, RefusalReason>> = {
  silent: 'no-audio',
  junk: 'not-a-video',
};

export function isGood(clip: ClipName): clip is GoodClip {
  return !(badClips as readonly string[]).includes(clip);
}
