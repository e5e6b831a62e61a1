import type { Check, ManifestFinding } from '../check';
import { ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import type { Container, Probe } from '../model/pod';
import type { Rendered } from '../model/rendered';
import { workloadsOf } from '../model/workload';

/**
 * What the API server refuses although each field has its type: rules between fields, which no schema
 * has (kubernetes.io/docs/reference/kubernetes-api; pkg/apis/{core,apps,policy}/validation).
 */
export const apiRules: Check = (rendered) => {
  const found = [
    ...workloadsOf(rendered.objects).flatMap(({ where, containers }) =>
      containers.flatMap((container) =>
        containerProblems(container).map((problem) => ({ where, problem })),
      ),
    ),
    ...rolloutProblems(rendered),
    ...budgetProblems(rendered),
  ];
  return found.map(({ where, problem }): ManifestFinding => ({
    check: 'api-rules',
    where: `${rendered.overlay}: ${where}`,
    problem,
  }));
};

/** RFC 1123, a label. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function containerProblems(container: Container): string[] {
  const { name, env = [], livenessProbe, readinessProbe, startupProbe } = container;
  const problems: string[] = [];
  if (!label.test(name)) {
    problems.push(`container ${name}: expected lower-case letters, digits and dashes in its name`);
  }
  for (const { name: variable, value, valueFrom } of env) {
    if (value !== undefined && valueFrom !== undefined) {
      problems.push(`${variable}: expected value or valueFrom, got both`);
    }
  }
  const probes = { livenessProbe, readinessProbe, startupProbe };
  for (const [kind, probe] of Object.entries(probes)) {
    if (probe !== undefined) problems.push(...probeProblems(kind, probe));
  }
  return problems;
}

function probeProblems(kind: string, probe: Probe): string[] {
  const problems: string[] = [];
  const ways = [probe.httpGet, probe.tcpSocket, probe.exec, probe.grpc];
  const given = ways.filter((way) => way !== undefined).length;
  if (given !== 1) problems.push(`${kind}: expected one way to ask, got ${given}`);
  if (kind !== 'readinessProbe' && (probe.successThreshold ?? 1) !== 1) {
    problems.push(`${kind}: expected successThreshold 1, got ${probe.successThreshold}`);
  }
  return problems;
}

interface Problem {
  readonly where: string;
  readonly problem: string;
}

const isNothing = (amount: number | string | undefined): boolean =>
  amount === 0 || amount === '0%' || amount === '0';

function rolloutProblems({ objects }: Rendered): Problem[] {
  return ofKind(objects, 'Deployment').flatMap((deployment) => {
    const { type, rollingUpdate } = deployment.spec.strategy ?? {};
    const where = nameOf(deployment);
    if (rollingUpdate === undefined) return [];
    if (type === 'Recreate') {
      return [{ where, problem: 'expected no rollingUpdate beside Recreate' }];
    }
    const stands = isNothing(rollingUpdate.maxSurge) && isNothing(rollingUpdate.maxUnavailable);
    return stands ? [{ where, problem: 'maxSurge and maxUnavailable are both 0' }] : [];
  });
}

function budgetProblems({ objects }: Rendered): Problem[] {
  return ofKind(objects, 'PodDisruptionBudget')
    .filter(({ spec }) => spec.minAvailable !== undefined && spec.maxUnavailable !== undefined)
    .map((budget) => ({
      where: nameOf(budget),
      problem: 'expected minAvailable or maxUnavailable, got both',
    }));
}
