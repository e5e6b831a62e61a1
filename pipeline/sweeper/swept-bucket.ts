export const sweptBuckets = ['videos', 'mp3s'] as const;
export type SweptBucket = (typeof sweptBuckets)[number];
