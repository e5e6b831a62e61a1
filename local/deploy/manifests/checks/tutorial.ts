import type { Check, ManifestFinding } from '../check';
import { ofKind } from '../model/kinds';
import { type KubernetesObject, type Labels, nameOf } from '../model/kubernetes-object';
import { holdsProduct, type Rendered } from '../model/rendered';
import { workloadsOf } from '../model/workload';
import { podReferences } from '../pod-references';

/** Deployments of the tutorial's; without replicas where an autoscaler decides. */
const deployments = [
  { name: 'auth', replicas: 2, maxSurge: 3, port: 5000 },
  { name: 'gateway', replicas: 2, maxSurge: 3, port: 8080 },
  { name: 'converter', replicas: 4, maxSurge: 8, port: undefined },
  { name: 'notification', replicas: 4, maxSurge: 8, port: undefined },
] as const;

const ingresses = [
  {
    name: 'gateway-ingress',
    host: 'mp3converter.com',
    backend: 'gateway',
    annotations: {
      'nginx.ingress.kubernetes.io/proxy-body-size': '0',
      'nginx.ingress.kubernetes.io/proxy-read-timeout': '600',
      'nginx.ingress.kubernetes.io/proxy-send-timeout': '600',
    },
  },
  { name: 'rabbitmq-ingress', host: 'rabbit.com', backend: 'rabbitmq', annotations: {} },
] as const;

/** `kubectl apply` over the tutorial's cluster changes its objects in place, so they are all there. */
export const tutorial: Check = (rendered) => {
  if (!holdsProduct(rendered)) return [];
  // In production hosts are the deployer's, and the broker may be an operator's.
  const isTheirs = rendered.overlay.includes('minikube');
  return [
    ...deployments.flatMap((expected) => deploymentProblems(rendered, expected)),
    ...workloadsOf(rendered.objects).flatMap(({ kind, name, where, selector }) => {
      if (kind !== 'Deployment' && kind !== 'StatefulSet') return [];
      if (isExactly(selector?.matchLabels, { app: name }) && !selector?.matchExpressions) return [];
      return [
        finding(
          rendered,
          where,
          `expected the selector app: ${name} and nothing else, which cannot be changed later`,
        ),
      ];
    }),
    ...ingresses
      .filter(({ name }) => isTheirs || name === 'gateway-ingress')
      .flatMap((one) => ingressProblems(rendered, one, isTheirs)),
    ...(isTheirs ? brokerProblems(rendered) : []),
  ];
};

function deploymentProblems(
  rendered: Rendered,
  { name, replicas, maxSurge, port }: (typeof deployments)[number],
): ManifestFinding[] {
  const { objects } = rendered;
  const found = named(ofKind(objects, 'Deployment'), name);
  if (found === undefined) return [finding(rendered, `Deployment/${name}`, 'is missing')];
  const problems: string[] = [];
  const isScaled = [
    ...ofKind(objects, 'HorizontalPodAutoscaler'),
    ...ofKind(objects, 'ScaledObject'),
  ].some(({ spec }) => spec.scaleTargetRef.name === name);
  if (!isScaled && found.spec.replicas !== replicas) {
    problems.push(`expected ${replicas} replicas, got ${String(found.spec.replicas)}`);
  }
  const surge = found.spec.strategy?.rollingUpdate?.maxSurge;
  if (surge !== maxSurge) problems.push(`expected maxSurge ${maxSurge}, got ${String(surge)}`);
  if (named(ofKind(objects, 'ConfigMap'), `${name}-configmap`) === undefined) {
    problems.push(`expected a ConfigMap ${name}-configmap`);
  }
  if (!usesSecret(rendered, name)) problems.push(`expected it to use the Secret ${name}-secret`);
  if (port !== undefined) {
    const ports = named(ofKind(objects, 'Service'), name)?.spec.ports ?? [];
    if (!ports.some((one) => one.port === port)) {
      problems.push(`expected a Service ${name} with port ${port}`);
    }
  }
  return problems.map((problem) => finding(rendered, nameOf(found), problem));
}

function ingressProblems(
  rendered: Rendered,
  { name, host, backend, annotations }: (typeof ingresses)[number],
  isTheirs: boolean,
): ManifestFinding[] {
  const found = named(ofKind(rendered.objects, 'Ingress'), name);
  if (found === undefined) return [finding(rendered, `Ingress/${name}`, 'is missing')];
  const problems: string[] = [];
  const rule = found.spec.rules?.find((one) => !isTheirs || one.host === host);
  if (rule?.http?.paths.every(({ backend: { service } }) => service?.name === backend) !== true) {
    problems.push(`expected the host ${host} to lead to ${backend}`);
  }
  for (const [key, value] of Object.entries(annotations)) {
    const got = found.metadata.annotations?.[key];
    if (got !== value) problems.push(`expected ${key} "${value}", got ${String(got)}`);
  }
  return problems.map((problem) => finding(rendered, nameOf(found), problem));
}

function brokerProblems(rendered: Rendered): ManifestFinding[] {
  const { objects } = rendered;
  const problems: string[] = [];
  if (named(ofKind(objects, 'StatefulSet'), 'rabbitmq') === undefined) problems.push('is missing');
  if (named(ofKind(objects, 'PersistentVolumeClaim'), 'rabbitmq-pvc') === undefined) {
    problems.push('expected the claim rabbitmq-pvc, which holds the queues');
  }
  const ports = named(ofKind(objects, 'Service'), 'rabbitmq')?.spec.ports ?? [];
  for (const [name, port] of [
    ['amqp', 5672],
    ['http', 15672],
  ] as const) {
    if (!ports.some((one) => one.name === name && one.port === port)) {
      problems.push(`expected the port ${name} ${port} in the Service rabbitmq`);
    }
  }
  if (named(ofKind(objects, 'ConfigMap'), 'rabbitmq-configmap') === undefined) {
    problems.push('expected a ConfigMap rabbitmq-configmap');
  }
  if (!usesSecret(rendered, 'rabbitmq'))
    problems.push('expected it to use the Secret rabbitmq-secret');
  return problems.map((problem) => finding(rendered, 'StatefulSet/rabbitmq', problem));
}

/** Whether it is there or not: the tutorial's reader has made it, or nobody has to. */
const usesSecret = ({ objects }: Rendered, name: string): boolean =>
  workloadsOf(objects).some(
    (workload) =>
      workload.name === name &&
      podReferences(workload.pod).some(
        (one) => one.kind === 'Secret' && one.name === `${name}-secret`,
      ),
  );

const named = <One extends KubernetesObject>(objects: readonly One[], name: string) =>
  objects.find(({ metadata }) => metadata.name === name);

function isExactly(labels: Labels | undefined, expected: Labels): boolean {
  const got = Object.entries(labels ?? {});
  const wanted = Object.entries(expected);
  return got.length === wanted.length && wanted.every(([key, value]) => labels?.[key] === value);
}

const finding = ({ overlay }: Rendered, where: string, problem: string): ManifestFinding => ({
  check: 'tutorial',
  where: `${overlay}: ${where}`,
  problem,
});
