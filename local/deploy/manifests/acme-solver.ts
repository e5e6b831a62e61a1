import { ofKind } from './model/kinds';
import type { KubernetesObject, Labels } from './model/kubernetes-object';

/** What cert-manager puts on the pods in which it answers a challenge (cert-manager.io, "HTTP01"). */
export const acmeSolverLabels: Labels = { 'acme.cert-manager.io/http01-solver': 'true' };
export const acmeSolverPort = 8089;

/** Whether cert-manager makes the certificate of an Ingress. */
export const isIssued = ({ metadata }: KubernetesObject): boolean =>
  ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer'].some(
    (key) => metadata.annotations?.[key] !== undefined,
  );

/** The pods that cert-manager runs beside an Ingress now and then; they are in no file of ours. */
export function acmeSolver(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  if (!ofKind(objects, 'Ingress').some(isIssued)) return [];
  const solver: KubernetesObject & { readonly spec: unknown } = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'acme-solver' },
    spec: {
      template: {
        metadata: { labels: acmeSolverLabels },
        spec: {
          containers: [{ name: 'solver', image: '', ports: [{ containerPort: acmeSolverPort }] }],
        },
      },
    },
  };
  return [solver];
}
