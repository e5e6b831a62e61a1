import { ofKind } from './kinds';
import { type KubernetesObject, nameOf } from './kubernetes-object';

/** What sets a workload's replicas, of either kind. */
export interface Scaler {
  readonly where: string;
  readonly target: string;
  readonly least: number;
  readonly most: number;
}

/** With the defaults of autoscaling/v2 and KEDA. */
export function scalersOf(objects: readonly KubernetesObject[]): readonly Scaler[] {
  return [
    ...ofKind(objects, 'HorizontalPodAutoscaler').map((one) => ({
      where: nameOf(one),
      target: one.spec.scaleTargetRef.name,
      least: one.spec.minReplicas ?? 1,
      most: one.spec.maxReplicas,
    })),
    ...ofKind(objects, 'ScaledObject').map((one) => ({
      where: nameOf(one),
      target: one.spec.scaleTargetRef.name,
      least: one.spec.idleReplicaCount ?? one.spec.minReplicaCount ?? 0,
      most: one.spec.maxReplicaCount ?? 100,
    })),
  ];
}
