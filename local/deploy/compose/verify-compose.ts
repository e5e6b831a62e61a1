import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, startEngine } from '../engine/engine';
import { engineDirectory } from '../engine/engine-directory';
import { NoEngineError } from '../engine/no-engine-error';
import type { PartContext, PartReport, VerifyPart } from '../part';
import { findCompose } from '../tools/find-compose';
import { verifyBrokerUpgrade } from './broker-upgrade/verify-broker-upgrade';
import { writeOlderBroker } from './broker-upgrade/replace-broker';
import { verifyRolling } from './rolling/verify-rolling';
import { composeImages } from './stack/compose-images';
import { ComposeStack } from './stack/compose-stack';
import { EnginePorts } from './stack/engine-ports';
import { freshCheckout } from './stack/fresh-checkout';
import { buildProductImages } from './stack/product-images';
import { smallMachine, writeSmallMachineOverride } from './stack/small-machine-override';
import { makeVideos, tryOut, type TryOut, type Videos } from './stack/try-out';
import { buildStandIns } from './stand-ins/build-stand-ins';
import { standInNames, standIns } from './stand-ins/stand-in-images';
import { walkStack } from './walk/walk-stack';

type Part = Pick<PartReport, 'findings' | 'facts'>;

const part = 'compose';

/**
 * Part (b): the compose file for real. Its product is the product; the images of its servers are
 * stand-ins, which do not prove the official images' own entrypoints.
 */
export const verifyCompose: VerifyPart = async (context) => {
  const directory = engineDirectory(context.repository);
  try {
    await withEngine(directory, context, 'outside', async (engine) => {
      context.say('building the images of the product');
      const { repository, signal } = context;
      await buildProductImages(engine, repository, join(context.directory, 'base'), signal);
    });
    return await withEngine(directory, context, 'inside', (engine) => verifyWith(engine, context));
  } catch (error) {
    if (Error.isError(error) && error.name === 'AbortError') context.signal.throwIfAborted();
    if (!(error instanceof NoEngineError)) throw error;
    return { part, findings: [], facts: [], notRun: error.message };
  }
};

async function withEngine<Result>(
  directory: string,
  { signal }: PartContext,
  network: 'inside' | 'outside',
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = await startEngine(directory, signal, network);
  try {
    return await use(engine);
  } finally {
    await engine.stop();
  }
}

async function verifyWith(engine: Engine, context: PartContext): Promise<PartReport> {
  const videos = await makeVideos();
  const ports = new EnginePorts(engine);
  try {
    const parts = [
      await inFreshStack(engine, ports, context, videos, walkAndRoll),
      await inFreshStack(engine, ports, context, videos, upgradeBroker),
    ];
    return {
      part,
      findings: parts.flatMap(({ findings }) => findings),
      facts: [...parts.flatMap(({ facts }) => facts), ...notProved()],
    };
  } finally {
    videos.remove();
  }
}

type Trial = (stack: ComposeStack, context: PartContext, videos: Videos) => Promise<Part>;

async function inFreshStack(
  engine: Engine,
  ports: EnginePorts,
  context: PartContext,
  videos: Videos,
  trial: Trial,
): Promise<Part> {
  const { repository, signal, say } = context;
  const program = await findCompose(join(repository, '.local', 'libraries'));
  const directory = await freshCheckout(repository, signal);
  try {
    const stack = new ComposeStack(engine, ports, program, directory, signal);
    return await untilTakenDown(stack, context, trial.name, async () => {
      // What a run that was killed has left: its passwords are gone, so its volumes fit nothing.
      await stack.down();
      const cache = join(engineDirectory(repository), 'stand-ins');
      const images = await composeImages(stack);
      await buildStandIns({ engine, repository, cache, signal, say }, images);
      return await trial(stack, context, videos);
    });
  } finally {
    // Also after a take-down that failed: there are passwords in it.
    rmSync(directory, { recursive: true, force: true });
  }
}

async function untilTakenDown(
  stack: ComposeStack,
  { directory, say }: PartContext,
  name: string,
  use: () => Promise<Part>,
): Promise<Part> {
  try {
    return await use();
  } finally {
    const orSay = (what: string) => (error: unknown) => {
      say(`${what} failed: ${Error.isError(error) ? error.message : String(error)}`);
    };
    await stack.keepLogs(join(directory, `${name}.log`)).catch(orSay('keeping the logs'));
    // What is left of it then, the next trial's `down` meets, and the engine's end.
    await stack.down().catch(orSay('docker compose down'));
  }
}

async function walkAndRoll(
  stack: ComposeStack,
  { repository, signal, say }: PartContext,
  videos: Videos,
): Promise<Part> {
  stack.override(writeSmallMachineOverride(stack.directory));
  const begin = await up(stack, say);
  const run: TryOut = await tryOut(stack, videos, signal, say);
  const walked = await walkStack(run);
  const rolled = await verifyRolling(run, repository);
  return {
    findings: [...walked.findings, ...rolled.findings],
    facts: [begin, ...walked.facts, ...rolled.facts],
  };
}

async function upgradeBroker(
  stack: ComposeStack,
  { signal, say }: PartContext,
  videos: Videos,
): Promise<Part> {
  const smallMachineFile = writeSmallMachineOverride(stack.directory);
  stack.override(smallMachineFile, writeOlderBroker(stack.directory));
  await up(stack, say);
  const run = await tryOut(stack, videos, signal, say);
  return verifyBrokerUpgrade(run, () => {
    stack.override(smallMachineFile);
  });
}

async function up(stack: ComposeStack, say: (line: string) => void): Promise<[string, string]> {
  say('docker compose up -d --wait');
  const begin = performance.now();
  await stack.compose(['up', '-d', '--wait']);
  return ['docker compose up --wait', `${((performance.now() - begin) / 1000).toFixed(0)} s`];
}

function notProved(): PartReport['facts'] {
  const list = standInNames.map((name) => `${name}: ${standIns[name].of}`);
  return [
    ['stand-ins, no official image', list.join('; ')],
    ['other than in docker-compose.yml', smallMachine.map(({ says }) => says).join('; ')],
  ];
}
