export const imageTargets = ['service', 'converter'] as const;
/** A stage of the Dockerfile that is published. */
export type ImageTarget = (typeof imageTargets)[number];
