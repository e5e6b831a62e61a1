import type { Check } from '../check';
import { type Kinds, ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { selects } from '../model/label-selector';
import type { Rendered } from '../model/rendered';

/**
 * The pods of a StatefulSet find each other by the names that its headless Service gives them
 * (kubernetes.io/docs, "StatefulSet", "Stable Network ID"), before any of them is ready; and
 * RabbitMQ's configuration lists just these names.
 */
export const brokerNodes: Check = (rendered) =>
  ofKind(rendered.objects, 'StatefulSet').flatMap((set) => {
    if ((set.spec.replicas ?? 1) < 2) return [];
    return [...serviceProblems(rendered, set), ...nodeProblems(rendered, set)].map((problem) => ({
      check: 'broker-nodes' as const,
      where: `${rendered.overlay}: ${nameOf(set)}`,
      problem,
    }));
  });

function serviceProblems({ objects }: Rendered, { spec }: Kinds['StatefulSet']): string[] {
  const name = spec.serviceName ?? '';
  const service = ofKind(objects, 'Service').find(({ metadata }) => metadata.name === name);
  if (service === undefined) return [`its pods have no names: there is no Service ${name}`];
  const { selector = {}, clusterIP, publishNotReadyAddresses } = service.spec;
  const labels = spec.template.metadata?.labels ?? {};
  return [
    ...(selects({ matchLabels: selector }, labels) ? [] : [`${name} names other pods`]),
    ...(clusterIP === 'None' ? [] : [`${name} is not headless, so its pods have no names`]),
    ...(publishNotReadyAddresses === true
      ? []
      : [`${name} names pods that are ready only, and none is before it found the others`]),
  ];
}

function nodeProblems({ objects }: Rendered, set: Kinds['StatefulSet']): string[] {
  const { replicas = 1, serviceName = '', template } = set.spec;
  const expected = Array.from(
    { length: replicas },
    (_, index) => `rabbit@${set.metadata.name}-${index}.${serviceName}`,
  );
  const listed = ofKind(objects, 'ConfigMap').flatMap(({ data = {} }) =>
    Object.values(data).flatMap((text) =>
      [...text.matchAll(/^\s*cluster_formation\.classic_config\.nodes\.\d+\s*=\s*(\S+)/gm)].map(
        ([, node = '']) => node,
      ),
    ),
  );
  if (listed.length === 0) return [];
  const own = template.spec.containers.flatMap(({ env = [] }) =>
    env.flatMap(({ name, value = '' }) => (name === 'RABBITMQ_NODENAME' ? [value] : [])),
  );
  const ownName = `rabbit@$(POD_NAME).${serviceName}`;
  return [
    ...(listed.sort().join() === expected.join()
      ? []
      : [
          `expected the nodes ${expected.join(', ')} in its configuration, got ${listed.join(', ')}`,
        ]),
    ...(own.every((name) => name === ownName) && own.length > 0
      ? []
      : [`expected a node to call itself ${ownName}, got ${own.join(', ') || 'nothing'}`]),
  ];
}
