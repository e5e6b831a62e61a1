import type { Check } from '../check';
import { ofKind } from '../model/kinds';
import { type Workload, workloadsOf } from '../model/workload';

/**
 * Nobody has a token of the cluster's API unless a Role is bound to its account; and no pod has the
 * addresses of Services in its environment, where AUTH_PORT would be `tcp://…`.
 */
export const accountTokens: Check = ({ overlay, objects }) => {
  const bound = ofKind(objects, 'RoleBinding').flatMap(({ subjects = [] }) =>
    subjects.map(({ name }) => name),
  );
  const accounts = ofKind(objects, 'ServiceAccount');
  const hasToken = ({ pod }: Workload): boolean => {
    const account = accounts.find(({ metadata }) => metadata.name === pod.serviceAccountName);
    return (pod.automountServiceAccountToken ?? account?.automountServiceAccountToken) !== false;
  };
  return workloadsOf(objects).flatMap((workload) => {
    const needsToken = bound.includes(workload.pod.serviceAccountName ?? 'default');
    const problems = [
      ...(hasToken(workload) && !needsToken
        ? ['has a token of the API (automountServiceAccountToken)']
        : []),
      ...(needsToken && !hasToken(workload) ? ['has a Role, and no token to use it with'] : []),
      ...(workload.pod.enableServiceLinks === false
        ? []
        : ['gets the addresses of Services as variables (enableServiceLinks)']),
    ];
    return problems.map((problem) => ({
      check: 'account-tokens' as const,
      where: `${overlay}: ${workload.where}`,
      problem,
    }));
  });
};
