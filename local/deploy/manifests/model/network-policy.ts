import type { Connection, Outside, Party } from './connection';
import { type Kinds, ofKind, type PolicyPeer, type PolicyPort } from './kinds';
import { nameOf } from './kubernetes-object';
import { selects, selectorText } from './label-selector';
import type { Rendered } from './rendered';
import { portNumber } from './service-address';
import type { Workload } from './workload';

export const directions = ['Ingress', 'Egress'] as const;
export type Direction = (typeof directions)[number];

/** One line of one policy: these peers, at these ports. */
export interface Rule {
  readonly policy: string;
  readonly direction: Direction;
  readonly subject: Kinds['NetworkPolicy']['spec']['podSelector'];
  /** None: everybody. */
  readonly peers: readonly PolicyPeer[];
  /** None: all ports. */
  readonly ports: readonly PolicyPort[];
}

export function rulesOf({ objects, beside }: Rendered): readonly Rule[] {
  return ofKind([...objects, ...beside], 'NetworkPolicy').flatMap((policy) => {
    const { podSelector: subject, ingress = [], egress = [] } = policy.spec;
    const at = { policy: nameOf(policy), subject };
    return [
      ...ingress.map(({ from = [], ports = [] }) => ({
        ...at,
        direction: 'Ingress' as const,
        peers: from,
        ports,
      })),
      ...egress.map(({ to = [], ports = [] }) => ({
        ...at,
        direction: 'Egress' as const,
        peers: to,
        ports,
      })),
    ];
  });
}

/** Whether some policy is about these pods, so that only what a rule allows is allowed. */
export function isRestricted(
  { objects, beside }: Rendered,
  pods: Workload,
  direction: Direction,
): boolean {
  return ofKind([...objects, ...beside], 'NetworkPolicy').some(({ spec }) => {
    // networking/v1: left out, the types are Ingress, and Egress when there are such rules.
    const types = spec.policyTypes ?? ['Ingress', ...(spec.egress ? ['Egress'] : [])];
    return types.includes(direction) && selects(spec.podSelector, pods.podLabels);
  });
}

type Way = Omit<Connection, 'why' | 'ports'> & { readonly port: number };

/** Whether a rule is about this way's one end and names its other end and its port. */
export function allows(rule: Rule, way: Way): boolean {
  const [subject, peer] = rule.direction === 'Egress' ? [way.from, way.to] : [way.to, way.from];
  if (typeof subject === 'string' || !selects(rule.subject, subject.podLabels)) return false;
  const isPort = rule.ports.length === 0 || rule.ports.some((port) => isPortOf(port, way));
  return isPort && (rule.peers.length === 0 || rule.peers.some((one) => isPeer(one, peer)));
}

/** Whether policies leave a way open, at both of its ends. */
export function isOpen(rendered: Rendered, way: Way): boolean {
  return directions.every((direction) => isOpenAt(rendered, way, direction));
}

export function isOpenAt(rendered: Rendered, way: Way, direction: Direction): boolean {
  const subject = direction === 'Egress' ? way.from : way.to;
  if (typeof subject === 'string' || !isRestricted(rendered, subject, direction)) return true;
  return rulesOf(rendered).some((rule) => rule.direction === direction && allows(rule, way));
}

export function isPortOf(
  { port, endPort, protocol = 'TCP' }: PolicyPort,
  way: Pick<Way, 'port' | 'protocol' | 'to'>,
): boolean {
  if (protocol !== way.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === 'number') return port <= way.port && way.port <= (endPort ?? port);
  return typeof way.to !== 'string' && portNumber(way.to, port) === way.port;
}

/** Where each one outside is to be found: in a namespace whose name says so, or by address. */
const namespaces: Readonly<Record<Outside, RegExp | undefined>> = {
  'the ingress controller': /ingress/,
  KEDA: /keda/,
  'a Prometheus elsewhere': /monitoring|prometheus/,
  DNS: /kube-system|kube-dns/,
  'the Kubernetes API': undefined,
  'servers elsewhere': undefined,
};

export function isPeer(peer: PolicyPeer, party: Party): boolean {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (typeof party !== 'string') {
    // Addresses of pods are not what an ipBlock is for (networking/v1 IPBlock), and other
    // namespaces have none of our pods.
    if (ipBlock !== undefined) return false;
    const isEveryNamespace =
      namespaceSelector !== undefined && selectorText(namespaceSelector) === 'everything';
    if (namespaceSelector !== undefined && !isEveryNamespace) return false;
    return podSelector === undefined ? isEveryNamespace : selects(podSelector, party.podLabels);
  }
  const namespace = namespaces[party];
  if (ipBlock !== undefined) return namespace === undefined || party === 'DNS';
  if (namespaceSelector === undefined || namespace === undefined) return false;
  return (
    namespace.test(selectorText(namespaceSelector)) ||
    selectorText(namespaceSelector) === 'everything'
  );
}

export function peerText({ podSelector, namespaceSelector, ipBlock }: PolicyPeer): string {
  if (ipBlock !== undefined) return ipBlock.cidr;
  return [
    ...(podSelector ? [`pods with ${selectorText(podSelector)}`] : []),
    ...(namespaceSelector ? [`namespaces with ${selectorText(namespaceSelector)}`] : []),
  ].join(' in ');
}
