import { z } from 'zod';
import type { Finding } from '../../finding';
import type { ComposeStack } from '../stack/compose-stack';

export type HardeningCheck =
  'root-user' | 'writable-root' | 'capabilities' | 'new-privileges' | 'unlimited' | 'open-port';

const containerSchema = z.object({
  Name: z.string(),
  Config: z.object({ User: z.string() }),
  HostConfig: z.object({
    ReadonlyRootfs: z.boolean(),
    Privileged: z.boolean(),
    CapDrop: z.array(z.string()).nullable(),
    CapAdd: z.array(z.string()).nullable(),
    SecurityOpt: z.array(z.string()).nullable(),
    Memory: z.number(),
    PidsLimit: z.number().nullable(),
    PortBindings: z.record(z.string(), z.array(z.object({ HostIp: z.string() })).nullable()),
  }),
});

/** The part of `docker container inspect` that is judged; names are the engine's. */
export type InspectedContainer = z.infer<typeof containerSchema>;

export async function inspectContainers(stack: ComposeStack): Promise<InspectedContainer[]> {
  const ids = (await stack.containers()).map(({ ID }) => ID);
  const { stdout } = await stack.docker(['container', 'inspect', ...ids]);
  return z.array(containerSchema).parse(JSON.parse(stdout));
}

/** What a container may do as it runs, whatever the compose file says. */
export function judgeHardening(
  containers: readonly InspectedContainer[],
): Finding<HardeningCheck>[] {
  return containers.flatMap(({ Name, Config, HostConfig }) => {
    const found: Finding<HardeningCheck>[] = [];
    const say = (check: HardeningCheck, problem: string): void => {
      found.push({ check, where: Name.replace(/^\//, ''), problem });
    };
    const [user = ''] = Config.User.split(':');
    if (user === '' || user === '0' || user === 'root') say('root-user', 'it runs as root');
    if (!HostConfig.ReadonlyRootfs) say('writable-root', 'its root filesystem can be written');
    const added = HostConfig.CapAdd ?? [];
    if (HostConfig.Privileged || !HostConfig.CapDrop?.includes('ALL') || added.length > 0) {
      say('capabilities', `expected all dropped and none added, got ${added.join(', ') || 'some'}`);
    }
    const options = HostConfig.SecurityOpt ?? [];
    if (!options.some((option) => option.startsWith('no-new-privileges'))) {
      say('new-privileges', 'a program in it may gain privileges');
    }
    if (HostConfig.Memory === 0 || (HostConfig.PidsLimit ?? 0) <= 0) {
      say('unlimited', 'expected limits of memory and processes');
    }
    for (const [port, bindings] of Object.entries(HostConfig.PortBindings)) {
      for (const { HostIp } of bindings ?? []) {
        if (HostIp !== '127.0.0.1') say('open-port', `${port} is published on ${HostIp || 'all'}`);
      }
    }
    return found;
  });
}
