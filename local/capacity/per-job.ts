/** 255 KiB, the driver's default, which the tutorial's files have too. */
export const gridFsChunkBytes = 255 * 1_024;

/** `contracts/read-gridfs.ts`: chunks that are asked for at a time. */
const chunksPerRead = 16;

/**
 * Assumed, not measured: the index over `_id` of the mail ledger, which is the mail's Message-ID, and
 * its entry in the table. It is part of the measured `recordBytes`.
 */
export const assumedMailIndexBytes = 100;

/** What the broker handles for one job, counted from the code. */
export interface BrokerMessages {
  readonly published: number;
  readonly delivered: number;
  readonly acknowledged: number;
}

/**
 * One video that converts at the first attempt. Published and confirmed twice: `video` by
 * `contracts/outbox.ts`, `mp3` by `pipeline/conversion/emit-done.ts`. Each is delivered and acked
 * once (`pipeline/deliveries`).
 */
export const brokerMessagesPerJob: BrokerMessages = {
  published: 2,
  delivered: 2,
  acknowledged: 2,
};

/** Commands to MongoDB for one job, by who sends them. Files of the counts stand beside. */
export interface MongoOperations {
  readonly gateway: number;
  readonly converter: number;
  readonly notification: number;
  readonly total: number;
}

/** gateway/upload.ts, video-store.ts, accept-video.ts, contracts/outbox.ts. */
const upload = {
  backlog: 1,
  /** The driver looks once per bucket whether its indexes are there; ours lives for one upload. */
  bucketIndexes: 1,
  fileDocument: 1,
  jobRecord: 1,
  countChunks: 1,
  countOlderOfOwner: 1,
  markPublished: 1,
};

/** pipeline/conversion: job-claims.ts, fetch-video.ts, store-mp3.ts, emit-done.ts. */
const conversion = {
  ensure: 1,
  claim: 1,
  findFile: 1,
  fileDocument: 1,
  commit: 1,
  finish: 1,
  /** One renewal as each step begins, unless another is under way; see renew-claim.ts. */
  renewAtStep: 4,
};

/** pipeline/notification: notifier.ts, mail-ledger.ts, note-sent.ts, mark-job.ts. */
const mail = { findJob: 1, ledgerEntry: 1, take: 1, sent: 1, markJob: 1 };

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const chunksOf = (bytes: number): number => Math.ceil(bytes / gridFsChunkBytes);

/**
 * Counted from the code for a job that converts at the first attempt. Without what the relay and
 * `/readyz` ask all the time, however many jobs there are.
 *
 * @param attemptSeconds how long the attempt takes: a claim is renewed every second
 */
export function mongoOperationsPerJob(
  videoBytes: number,
  mp3Bytes: number,
  attemptSeconds: number,
): MongoOperations {
  const gateway = sum(upload) + chunksOf(videoBytes);
  // Each read of some chunks asks for the file's document and for the chunks.
  const reads = 2 * Math.ceil(chunksOf(videoBytes) / chunksPerRead);
  const converter = sum(conversion) + reads + chunksOf(mp3Bytes) + Math.floor(attemptSeconds);
  const notification = sum(mail);
  return { gateway, converter, notification, total: gateway + converter + notification };
}
