import type { Check, ManifestFinding } from '../check';
import { type Connection, connectionsOf, type Party } from '../model/connection';
import { ofKind } from '../model/kinds';
import { selects } from '../model/label-selector';
import {
  allows,
  directions,
  isOpen,
  isOpenAt,
  isPeer,
  isPortOf,
  isRestricted,
  peerText,
  type Rule,
  rulesOf,
} from '../model/network-policy';
import { holdsProduct, type Rendered } from '../model/rendered';
import { portsOf } from '../model/service-address';
import { type Workload, workloadsOf } from '../model/workload';

/**
 * Everything is denied, then every connection that somebody makes is allowed at both of its ends,
 * and no other one is.
 */
export const network: Check = (rendered) => {
  if (!holdsProduct(rendered)) return [];
  const connections = connectionsOf(rendered);
  return [
    ...withoutDefaultDeny(rendered),
    ...connections.flatMap((connection) => closed(rendered, connection)),
    ...needlessWays(rendered, connections),
    ...rulesOf(rendered).flatMap((rule) => needlessParts(rendered, rule, connections)),
  ];
};

/** A policy without rules, and not merely ones that happen to restrict a pod today. */
function withoutDefaultDeny(rendered: Rendered): ManifestFinding[] {
  const denying = ofKind(rendered.objects, 'NetworkPolicy').filter(
    ({ spec }) =>
      (spec.ingress ?? []).length === 0 &&
      (spec.egress ?? []).length === 0 &&
      directions.every((direction) => spec.policyTypes?.includes(direction)),
  );
  return workloadsOf(rendered.objects)
    .filter(({ podLabels }) => !denying.some(({ spec }) => selects(spec.podSelector, podLabels)))
    .map(({ where }) => finding(rendered, where, 'no policy denies everything to and from it'));
}

function closed(rendered: Rendered, connection: Connection): ManifestFinding[] {
  const { from, to, ports, protocol, why } = connection;
  const shut = directions.filter(
    (direction) =>
      !ports.some((port) => isOpenAt(rendered, { from, to, port, protocol }, direction)),
  );
  return shut.map((direction) => {
    const way = `${partyText(from)} to ${partyText(to)}, port ${ports.join(' or ')} ${protocol} (${why})`;
    return finding(
      rendered,
      partyText(direction === 'Egress' ? from : to),
      `${direction} is closed for ${way}`,
    );
  });
}

/** Ways between pods: open at both ends, and nobody's. */
function needlessWays(rendered: Rendered, connections: readonly Connection[]): ManifestFinding[] {
  const all = [...workloadsOf(rendered.objects), ...workloadsOf(rendered.beside)];
  return all.flatMap((from) =>
    all.flatMap((to) => {
      if (!isRestricted(rendered, from, 'Egress') && !isRestricted(rendered, to, 'Ingress'))
        return [];
      return portNumbers(to)
        .filter((port) => isOpen(rendered, { from, to, port, protocol: 'TCP' }))
        .filter(
          (port) =>
            !connections.some(
              (one) => isSame(one.from, from) && isSame(one.to, to) && one.ports.includes(port),
            ),
        )
        .map((port) =>
          finding(
            rendered,
            from.where,
            `may reach ${to.where} at port ${port}, and has no reason to`,
          ),
        );
    }),
  );
}

const portNumbers = (workload: Workload): number[] => [
  ...new Set(portsOf(workload).map(({ containerPort }) => containerPort)),
];

/** Each peer and each port of a rule serves a connection of each of the pods that it is about. */
function needlessParts(
  rendered: Rendered,
  rule: Rule,
  connections: readonly Connection[],
): ManifestFinding[] {
  const served = connections.filter(({ ports, ...way }) =>
    ports.some((port) => allows(rule, { ...way, port })),
  );
  if (served.length === 0)
    return [
      finding(
        rendered,
        rule.policy,
        `its ${rule.direction} to or from ${rule.peers.map(peerText).join(', ') || 'everybody'} serves no connection`,
      ),
    ];
  const far = (one: Connection) => (rule.direction === 'Egress' ? one.to : one.from);
  const near = (one: Connection) => (rule.direction === 'Egress' ? one.from : one.to);
  const subjects = workloadsOf(rendered.objects).filter(({ podLabels }) =>
    selects(rule.subject, podLabels),
  );
  return [
    ...(rule.peers.length === 0 ? ['everybody is allowed'] : []),
    ...(rule.ports.length === 0 ? ['every port is allowed'] : []),
    ...rule.peers
      .filter((peer) => !served.some((one) => isPeer(peer, far(one))))
      .map((peer) => `${peerText(peer)} is allowed, which no connection needs`),
    ...rule.ports
      .filter(
        (port) =>
          !served.some((one) =>
            one.ports.some((number) => isPortOf(port, { ...one, port: number })),
          ),
      )
      .map(({ port }) => `port ${String(port)} is allowed, which no connection needs`),
    ...subjects
      .filter((subject) => !served.some((one) => isSame(near(one), subject)))
      .map(({ where }) => `it is about ${where}, which has no such connection`),
  ].map((problem) => finding(rendered, rule.policy, problem));
}

const isSame = (one: Party, other: Party): boolean => partyText(one) === partyText(other);

const partyText = (party: Party): string => (typeof party === 'string' ? party : party.where);

const finding = ({ overlay }: Rendered, where: string, problem: string): ManifestFinding => ({
  check: 'network',
  where: `${overlay}: ${where}`,
  problem,
});
