import type { Check, ManifestFinding } from '../check';
import { ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { selects } from '../model/label-selector';
import { scalersOf } from '../model/scalers';
import { type Workload, workloadsOf } from '../model/workload';

/** A node can be drained, and draining it stops no service: what has replicas has one budget with room. */
export const disruption: Check = ({ overlay, objects }) => {
  const finding = (where: string, problem: string): ManifestFinding => ({
    check: 'disruption',
    where: `${overlay}: ${where}`,
    problem,
  });
  const scalers = scalersOf(objects);
  const leastOf = ({ name, replicas }: Workload): number =>
    scalers.find(({ target }) => target === name)?.least ?? replicas ?? 1;
  const budgets = ofKind(objects, 'PodDisruptionBudget');
  const budgetsOf = ({ podLabels }: Workload) =>
    budgets.filter(({ spec }) => selects(spec.selector, podLabels));

  const running = workloadsOf(objects).filter(({ selector }) => selector !== undefined);
  return running.flatMap((workload) => {
    const own = budgetsOf(workload);
    const least = leastOf(workload);
    const [first, second] = own;
    if (second !== undefined) {
      // policy/v1: an eviction of a pod with two budgets is refused altogether.
      return [finding(workload.where, `has ${own.map(nameOf).join(' and ')}, expected one`)];
    }
    if (first === undefined) {
      const needsOne = least > 1;
      return needsOne ? [finding(workload.where, 'has no PodDisruptionBudget')] : [];
    }
    const { minAvailable, maxUnavailable } = first.spec;
    const room =
      maxUnavailable === undefined
        ? least - part(minAvailable ?? 1, least)
        : part(maxUnavailable, least);
    return room >= 1
      ? []
      : [
          finding(
            nameOf(first),
            `leaves no pod of ${workload.where} (${least}) to be moved: draining a node would hang`,
          ),
        ];
  });
};

/** Percentages are rounded up (kubernetes.io/docs, "Specifying a Disruption Budget"). */
const part = (amount: number | string, of: number): number =>
  typeof amount === 'number' ? amount : Math.ceil((Number.parseFloat(amount) / 100) * of);
