export const imageTargets = ['service', 'converter'] as const;
/** A stage of the Dockerfile that is published. */
export type ImageTarget = (typeof imageTargets)[number];

/** Without its version. */
export const imageNames: Record<ImageTarget, string> = {
  service: 'video-to-mp3',
  converter: 'video-to-mp3-converter',
};
