import type { Wish } from './model';
import type { Scaling } from './scaler';

/** What docs/scaling.md asks of every size, and the machines it reckons with. */
export const referenceWish: Wish = {
  p95WaitSeconds: 60,
  mostConverterUtilization: 0.85,
  mostUtilization: 0.6,
  leastReplicas: 2,
  // As in manifests/base and docker-compose.yml: CONCURRENCY is 1.
  coresPerConverter: 1,
  mongo: { membersPerShard: 3, coresPerMember: 4, networkMegabytesPerSecond: 1_250 },
};

export const referenceSizes = [10, 100, 1_000, 10_000] as const;

/** manifests/components/autoscaling/workers.yaml, ScaledObject `converter`. */
export const converterScaling: Omit<Scaling, 'mostReplicas'> = {
  leastReplicas: 2,
  messagesPerReplica: 1,
  everySeconds: 15,
  stabilizationSeconds: 600,
  secondsPerFewerReplica: 60,
  // A node that has room and the image.
  startSeconds: 10,
};

/** Defaults of `MAX_QUEUED_PER_OWNER` and `RELAY_EVERY_MS`. */
export const ownerLimit = { maxQueuedPerOwner: 8, relayEverySeconds: 0.5 };
