import type { WorkQueue } from '../../contracts/topology';

/** A message as it came out of `<queue>.dead`, without the broker client's shape. */
export interface ArrivedMessage {
  /** The broker's name of the work queue. */
  readonly queue: string;
  readonly workQueue: WorkQueue;
  readonly content: Uint8Array;
  /** Undefined for a sender that sets none, as the tutorial's. */
  readonly messageId: string | undefined;
  readonly contentType: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}
