import type { QueueNames } from '../contracts/topology';

/** The stack's queues: the tutorial's. */
export const queueNames: QueueNames = { video: 'video', mp3: 'mp3' };
