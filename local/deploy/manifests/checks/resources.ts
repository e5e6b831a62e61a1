import type { Check } from '../check';
import type { Container, Volume } from '../model/pod';
import { quantity } from '../model/quantity';
import { workloadsOf } from '../model/workload';

/**
 * Every container says what it needs and what it may take: without requests the scheduler packs
 * nodes blindly, without a limit of memory one process takes its neighbours with it.
 */
export const resources: Check = ({ overlay, objects }) =>
  workloadsOf(objects).flatMap(({ where, containers, pod }) =>
    [
      ...containers.flatMap((container) =>
        containerProblems(container).map((problem) => `container ${container.name} ${problem}`),
      ),
      ...(pod.volumes ?? []).flatMap(volumeProblems),
    ].map((problem) => ({ check: 'resources', where: `${overlay}: ${where}`, problem })),
  );

function containerProblems({
  resources: { requests = {}, limits = {} } = {},
}: Container): string[] {
  return [
    ...['cpu', 'memory']
      .filter((name) => requests[name] === undefined)
      .map((name) => `requests no ${name}`),
    ...(limits['memory'] === undefined ? ['has no limit of memory'] : []),
    ...Object.entries(requests)
      .filter(([name, wanted]) => quantity(wanted) > quantity(limits[name] ?? wanted))
      .map(
        ([name, wanted]) =>
          `requests ${wanted} of ${name}, more than its limit ${limits[name] ?? ''}`,
      ),
  ];
}

/** An unlimited one fills the disk of its node, and evicts every pod there. */
function volumeProblems({ name, emptyDir }: Volume): string[] {
  return emptyDir !== undefined && emptyDir.sizeLimit === undefined
    ? [`the volume ${name} may take the whole disk of its node (sizeLimit)`]
    : [];
}
