import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Topology } from '../topology';
import { brokerPolicy } from './broker-policy';
import { callManagementApi, ManagementFailed, type ManagementApi } from './management-api';

/** A policy of ours that the broker does not have as the topology has it. */
export interface MissingPolicy {
  readonly policy: string;
  /** `different`: one of this name is there with other values; perhaps somebody tuned it. */
  readonly kind: 'absent' | 'different';
}

const listedPolicies = z.array(
  z.object({
    name: z.string(),
    pattern: z.string(),
    definition: z.record(z.string(), z.unknown()),
    priority: z.number(),
    'apply-to': z.string(),
  }),
);

/**
 * Puts the policies of the topology in place, whatever stood under their names before. They take
 * effect at once, on queues that exist already too.
 *
 * @throws ManagementFailed
 */
export async function applyPolicies(
  api: ManagementApi,
  vhost: string,
  topology: Topology,
): Promise<void> {
  for (const policy of topology.policies) {
    const path = `${policiesPath(vhost)}/${encodeURIComponent(policy.name)}`;
    await callManagementApi(api, 'PUT', path, brokerPolicy(policy));
  }
}

/**
 * Policies of the topology that the broker lacks or has with other values.
 *
 * @throws ManagementFailed
 */
export async function findMissingPolicies(
  api: ManagementApi,
  vhost: string,
  topology: Topology,
): Promise<MissingPolicy[]> {
  const listed = listedPolicies.safeParse(await callManagementApi(api, 'GET', policiesPath(vhost)));
  if (!listed.success) {
    throw new ManagementFailed(
      `the list of policies from ${api.url} is not what RabbitMQ 3.10 to 4.x sends: ${z.prettifyError(listed.error)}`,
      200,
    );
  }
  const missing: MissingPolicy[] = [];
  for (const policy of topology.policies) {
    const found = listed.data.find(({ name }) => name === policy.name);
    const wanted = { name: policy.name, ...brokerPolicy(policy) };
    if (found === undefined) missing.push({ policy: policy.name, kind: 'absent' });
    else if (!isDeepStrictEqual(found, wanted)) {
      missing.push({ policy: policy.name, kind: 'different' });
    }
  }
  return missing;
}

const policiesPath = (vhost: string) => `/api/policies/${encodeURIComponent(vhost)}`;
