import type { Check, ManifestFinding } from '../check';
import { ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { scalersOf } from '../model/scalers';
import { workloadsOf } from '../model/workload';

/** What scales has room to, alone, and by what is really waiting. */
export const scaling: Check = ({ overlay, objects }) => {
  const finding = (where: string, problem: string): ManifestFinding => ({
    check: 'scaling',
    where: `${overlay}: ${where}`,
    problem,
  });
  const scalers = scalersOf(objects);
  const workloads = workloadsOf(objects);
  return [
    ...scalers.flatMap(({ where, target, least, most }) => {
      const workload = workloads.find(({ name }) => name === target);
      const others = scalers.filter((other) => other.target === target && other.where !== where);
      return [
        ...(least > most ? [`expected at least ${least} to be no more than at most ${most}`] : []),
        ...(workload?.replicas === undefined
          ? []
          : [
              `${workload.where} says ${workload.replicas} replicas itself: every apply would undo the scaling`,
            ]),
        ...others.map((other) => `${other.where} scales ${target} too`),
      ].map((problem) => finding(where, problem));
    }),
    ...ofKind(objects, 'ScaledObject').flatMap((scaled) =>
      scaled.spec.triggers.flatMap(({ type, metadata }) => {
        if (type !== 'rabbitmq') return [];
        const { protocol, mode, excludeUnacknowledged } = metadata;
        const counted =
          mode === 'QueueLength' && protocol === 'http' && excludeUnacknowledged !== 'true';
        // keda.sh/docs, "RabbitMQ Queue": over AMQP only messages that nobody works on are counted.
        return counted
          ? []
          : [
              finding(
                nameOf(scaled),
                `${metadata['queueName'] ?? ''} is not looked at by QueueLength over http: what is being worked on would not count`,
              ),
            ];
      }),
    ),
  ];
};
