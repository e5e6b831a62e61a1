import type { Check, ManifestFinding } from '../check';
import { dependenciesOf } from '../model/dependencies';
import { ofKind } from '../model/kinds';
import { nameOf } from '../model/kubernetes-object';
import { type Process, processesOf } from '../model/process';
import type { Rendered } from '../model/rendered';
import { isInCluster, serviceAt } from '../model/service-address';

/** An address in a setting or a configuration leads to a Service, or to an Ingress. */
export const addresses: Check = (rendered) => [
  ...configured(rendered),
  ...scalers(rendered),
  ...processesOf(rendered).flatMap((process) => [
    ...servers(rendered, process),
    ...publicAddress(rendered, process),
  ]),
];

/** Servers in the cluster that settings name are Services, with that port. */
function servers(rendered: Rendered, process: Process): ManifestFinding[] {
  return dependenciesOf(process).flatMap(({ variable, host, port }) => {
    if (host === undefined || !isInCluster(host)) return [];
    const service = serviceAt(rendered, host);
    const problem =
      service === undefined
        ? `${variable} leads to ${host}, and there is no such Service`
        : service.spec.ports?.some((one) => one.port === port) === true
          ? undefined
          : `${variable} leads to port ${port} of the Service ${service.metadata.name}, which it has not`;
    return problem === undefined
      ? []
      : [{ check: 'addresses', where: process.where, problem } as const];
  });
}

/** The links in mails lead to an Ingress of the gateway, by the protocol that it speaks. */
function publicAddress({ objects }: Rendered, process: Process): ManifestFinding[] {
  const reads = Object.values(process.settings).some(({ env }) => env === 'PUBLIC_URL');
  const url = reads ? URL.parse(process.text('PUBLIC_URL') ?? '') : null;
  const ingresses = ofKind(objects, 'Ingress');
  if (url === null || ingresses.length === 0) return [];
  const found = ingresses.find(({ spec }) => spec.rules?.some(({ host }) => host === url.hostname));
  const isSecure = found?.spec.tls?.some(({ hosts }) => hosts?.includes(url.hostname)) === true;
  const problem =
    found === undefined
      ? `PUBLIC_URL is ${url.href}, and no Ingress has that host`
      : isSecure !== (url.protocol === 'https:')
        ? `PUBLIC_URL is ${url.href}, and ${nameOf(found)} speaks ${isSecure ? 'https' : 'http only'}`
        : undefined;
  return problem === undefined ? [] : [{ check: 'addresses', where: process.where, problem }];
}

/** Addresses in the configuration of servers that are not ours: Prometheus, Grafana. */
function configured(rendered: Rendered): ManifestFinding[] {
  return ofKind(rendered.objects, 'ConfigMap').flatMap((config) =>
    Object.entries(config.data ?? {}).flatMap(([key, text]) => {
      if (!/\.ya?ml$/.test(key)) return [];
      const found = [...text.matchAll(/^\s*(?:url: https?:\/\/|- )([a-z][a-z0-9-]*):(\d+)\/?$/gm)];
      return found.flatMap(([, host = '', port = '']) => {
        const ofService = serviceAt(rendered, host)?.spec.ports ?? [];
        return ofService.some((one) => String(one.port) === port)
          ? []
          : [
              finding(
                rendered,
                nameOf(config),
                `${key} leads to ${host}:${port}, and no Service is there with that port`,
              ),
            ];
      });
    }),
  );
}

/** KEDA asks from its own namespace, so it needs the whole name, with this namespace in it. */
function scalers(rendered: Rendered): ManifestFinding[] {
  return ofKind(rendered.objects, 'ScaledObject').flatMap((scaled) =>
    scaled.spec.triggers.flatMap(({ metadata }) => {
      const url = URL.parse(metadata['host'] ?? '');
      if (url === null) return [];
      const [name = '', namespace = ''] = url.hostname.split('.');
      const service = serviceAt(rendered, name);
      const isThere =
        namespace === scaled.metadata.namespace &&
        service?.spec.ports?.some(({ port }) => String(port) === url.port) === true;
      return isThere
        ? []
        : [
            finding(
              rendered,
              nameOf(scaled),
              `asks ${url.host}, and no Service is there with that port`,
            ),
          ];
    }),
  );
}

const finding = ({ overlay }: Rendered, where: string, problem: string): ManifestFinding => ({
  check: 'addresses',
  where: `${overlay}: ${where}`,
  problem,
});
