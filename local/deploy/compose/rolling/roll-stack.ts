import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { imageTargets } from '../../image/image-target';
import { imageNames } from '../../product';
import type { ComposeStack } from '../stack/compose-stack';
import { Load } from './load';
import type { OneShotListener } from '../stack/one-shot-listener';
import { judgeRolled, type RolledContainer, type RollFinding } from './judge-roll';
import { type RolledService, rolledServices, rollService } from './roll-service';

/** Long enough for requests that a step hurts to be made after it as well. */
const pauseMs = 3_000;

export interface Rolled {
  readonly load: Load;
  /** Seconds that each step took, by name. */
  readonly steps: ReadonlyMap<string, number>;
  readonly findings: readonly RollFinding[];
}

/**
 * Brings a new version of the product to a running stack, service by service, and reloads the proxy,
 * while a listener uses it.
 *
 * @param version the new one, of which there are images
 */
export async function rollStack(
  stack: ComposeStack,
  listener: OneShotListener,
  video: Buffer,
  version: string,
  say: (line: string) => void,
): Promise<Rolled> {
  const environmentFile = join(stack.directory, '.env');
  const before = readFileSync(environmentFile, 'utf8');
  writeFileSync(environmentFile, `${before}\nIMAGE_VERSION=${version}\n`);
  const steps = new Map<string, number>();
  const findings: RollFinding[] = [];
  const load = new Load(listener, video);
  const pause = () => delay(pauseMs, undefined, { signal: stack.signal });
  const step = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    load.during = name;
    const begin = performance.now();
    await act();
    steps.set(name, (performance.now() - begin) / 1000);
    await pause();
    say(`${name}: ${sum(load.sent)} requests, ${load.lost.length} lost`);
  };
  try {
    await pause();
    // As an upgrade does: the table first, the queues, then what uses them.
    for (const command of ['migrate', 'queues']) {
      await step(command, () => runAgain(stack, command));
    }
    for (const service of rolledServices) {
      await step(service, () => rollService(stack, service));
      findings.push(...judgeRolled(service, await imagesOf(stack, service), version));
    }
    await step('proxy reload', () =>
      stack.compose(['exec', '-T', 'proxy', 'nginx', '-s', 'reload']),
    );
    load.during = 'nothing';
    await pause();
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

function runAgain(stack: ComposeStack, command: string): Promise<unknown> {
  return stack.compose(['run', '--rm', '--no-deps', '-T', command]);
}

async function imagesOf(stack: ComposeStack, service: RolledService): Promise<RolledContainer[]> {
  const ids = (await stack.running(service)).map(({ ID }) => ID);
  if (ids.length === 0) return [];
  const format = ['container', 'inspect', '--format', '{{.Name}} {{.Config.Image}}'];
  const { stdout } = await stack.docker([...format, ...ids]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', image = ''] = line.split(' ');
      return { name, image };
    });
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
