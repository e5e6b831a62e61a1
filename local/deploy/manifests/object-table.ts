import { markdownTable } from '../../../observability/markdown-table';
import { ofKind } from './model/kinds';
import { type KubernetesObject, nameOf } from './model/kubernetes-object';
import type { Rendered } from './model/rendered';
import { scalersOf } from './model/scalers';
import { portsOf } from './model/service-address';
import { type Workload, workloadsOf } from './model/workload';

/** Kind, name, replicas, image and ports of what runs in a folder, then of what leads to it. */
export function objectRows({ objects }: Rendered): string[][] {
  const scalers = scalersOf(objects);
  const replicas = ({ name, replicas: own }: Workload): string => {
    const scaler = scalers.find(({ target }) => target === name);
    return scaler === undefined ? String(own ?? 1) : `${scaler.least} to ${scaler.most}`;
  };
  const running = workloadsOf(objects).map((workload) => [
    workload.kind,
    workload.name,
    replicas(workload),
    [...new Set(workload.containers.map(({ image }) => image))].join(', '),
    portsOf(workload)
      .map(({ name = '', containerPort }) => `${name} ${containerPort}`.trim())
      .join(', '),
  ]);
  const services = ofKind(objects, 'Service').map(({ kind, metadata, spec }) => [
    kind,
    metadata.name,
    '',
    '',
    (spec.ports ?? []).map(({ port, targetPort = port }) => `${port} to ${targetPort}`).join(', '),
  ]);
  return [...running, ...services];
}

/** All objects of a folder as Markdown: those rows, then the names of the others. */
export function objectTable(rendered: Rendered): string {
  const headings = ['kind', 'name', 'replicas', 'image', 'ports'];
  return [
    `## ${rendered.overlay}`,
    markdownTable(headings, objectRows(rendered)),
    ...others(rendered.objects),
  ].join('\n\n');
}

function others(objects: readonly KubernetesObject[]): string[] {
  const shown = new Set([
    ...workloadsOf(objects).map(({ where }) => where),
    ...ofKind(objects, 'Service').map(nameOf),
  ]);
  const names = new Map<string, string[]>();
  for (const object of objects) {
    if (shown.has(nameOf(object))) continue;
    names.set(object.kind, [...(names.get(object.kind) ?? []), object.metadata.name]);
  }
  return [...names].map(([kind, list]) => `${kind} (${list.length}): ${list.join(', ')}`);
}
