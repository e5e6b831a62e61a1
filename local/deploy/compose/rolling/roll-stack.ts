import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { imageNames, imageTargets } from '../../image/image-target';
import type { Finding } from '../../finding';
import type { ComposeStack } from '../stack/compose-stack';
import { Load } from './load';
import type { Listener } from '../stack/listener';
import type { RollCheck } from './judge-roll';
import { type RolledService, rolledServices, rollService } from './roll-service';

/** Long enough for requests that a step hurts to be made after it as well. */
const pauseMs = 3_000;

export interface Rolled {
  readonly load: Load;
  /** Seconds that each step took, by name. */
  readonly steps: ReadonlyMap<string, number>;
  readonly findings: readonly Finding<RollCheck>[];
}

/**
 * Brings a new version of the product to a running stack, service by service, and reloads the proxy,
 * while a listener uses it.
 *
 * @param version the new one, of which there are images
 */
export async function rollStack(
  stack: ComposeStack,
  listener: Listener,
  video: Buffer,
  version: string,
  say: (line: string) => void,
): Promise<Rolled> {
  const environmentFile = join(stack.directory, '.env');
  const before = readFileSync(environmentFile, 'utf8');
  writeFileSync(environmentFile, `${before}\nIMAGE_VERSION=${version}\n`);
  const steps = new Map<string, number>();
  const findings: Finding<RollCheck>[] = [];
  const load = new Load(listener, video);
  const step = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    load.during = name;
    const begin = performance.now();
    await act();
    steps.set(name, (performance.now() - begin) / 1000);
    await delay(pauseMs);
    say(`${name}: ${sum(load.sent)} requests, ${load.lost.length} lost`);
  };
  try {
    await delay(pauseMs);
    // As an upgrade does: the table first, the queues, then what uses them.
    for (const command of ['migrate', 'queues']) {
      await step(command, () => runAgain(stack, command));
    }
    for (const service of rolledServices) {
      await step(service, () => rollService(stack, service));
      findings.push(...(await stillOld(stack, service, version)));
    }
    await step('proxy reload', () =>
      stack.compose(['exec', '-T', 'proxy', 'nginx', '-s', 'reload']),
    );
    load.during = 'nothing';
    await delay(pauseMs);
  } finally {
    await load.stop();
  }
  return { load, steps, findings };
}

/** Same contents under the name of a later version: other ids, so that compose replaces containers. */
export async function tagLaterVersion(
  stack: ComposeStack,
  version: string,
  later: string,
): Promise<void> {
  for (const target of imageTargets) {
    const name = imageNames[target];
    const dockerfile = `FROM ${name}:${version}\nLABEL rolled=${later}\n`;
    const build = ['build', '--quiet', '--network', 'none', '--tag', `${name}:${later}`, '-'];
    await stack.docker(build, { input: dockerfile });
  }
}

/** A command that ends; `up` takes its exit code. */
function runAgain(stack: ComposeStack, command: string): Promise<unknown> {
  return stack.compose(['run', '--rm', '--no-deps', '-T', command]);
}

async function stillOld(
  stack: ComposeStack,
  service: RolledService,
  version: string,
): Promise<Finding<RollCheck>[]> {
  const ids = (await stack.running(service)).map(({ ID }) => ID);
  const format = ['container', 'inspect', '--format', '{{.Name}} {{.Config.Image}}'];
  const { stdout } = await stack.docker([...format, ...ids]);
  return stdout
    .trim()
    .split('\n')
    .filter((line) => !line.endsWith(`:${version}`))
    .map((line) => ({ check: 'not-rolled', where: service, problem: `still there: ${line}` }));
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
