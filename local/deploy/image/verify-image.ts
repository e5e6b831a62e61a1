import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, startEngine } from '../engine/engine';
import { engineDirectory } from '../engine/engine-directory';
import { NoEngineError } from '../engine/no-engine-error';
import { importNodeBase, nodeBaseTag } from '../engine/node-base';
import type { PartContext, PartReport, VerifyPart } from '../part';
import { buildImage } from './build-image';
import type { BuiltImage, Product } from './built-image';
import { copyContext } from './copy-context';
import { addedBytes, checkConfiguration } from './check-configuration';
import { checkFiles, npmPackages } from './check-files';
import { checkSameLayers } from './check-layers';
import type { ImageFinding } from './image-check';
import { imageNames } from '../product';
import { type ImageTarget, imageTargets } from './image-target';
import { readImage } from './read-image';
import { readLayers } from './read-layers';
import { readProduct, readRevision } from './read-product';
import { runImage } from './run-image';
import { addedLimitMb } from './size-limits';

type Facts = PartReport['facts'];

/** What this cannot show, and what the image does not have: a reader should not believe otherwise. */
const notProved: Facts = [
  ['base', 'a stand-in from Debian packages, Node from npm; the public image was not pulled'],
  ['protections missing', 'own seccomp or AppArmor profile, signature, list of contents (SBOM)'],
  ['a shell', 'the base has one; only the converter runs it, for the script that limits ffmpeg'],
];

/** Part (a): builds both images with a container engine of our own, reads and runs them. */
export const verifyImage: VerifyPart = async (context) => {
  let engine: Engine;
  try {
    engine = await startEngine(engineDirectory(context.repository), context.signal);
  } catch (error) {
    if (!(error instanceof NoEngineError)) throw error;
    return { part: 'image', findings: [], facts: [], notRun: error.message };
  }
  try {
    return await verifyWith(engine, context);
  } finally {
    await engine.stop();
  }
};

async function verifyWith(engine: Engine, context: PartContext): Promise<PartReport> {
  const { repository, directory, signal, say } = context;
  const product = { ...readProduct(repository), revision: await readRevision(repository, signal) };
  mkdirSync(directory, { recursive: true });
  say(`making a stand-in for ${nodeBaseTag}`);
  await importNodeBase(engine, repository, directory, signal);
  const sources = copyContext(repository, directory);
  const findings: ImageFinding[] = [];
  const facts: (readonly [string, string])[] = [];
  // The whole one first: the other is made of its layers.
  for (const target of imageTargets.toReversed()) {
    const tag = `${imageNames[target]}:${product.version}`;
    say(`building ${tag}`);
    // Without one, so that Debian has not moved between this build and the second one.
    await buildImage(engine, {
      ...product,
      context: sources,
      target,
      tag,
      cache: target !== whole,
    });
    const image = await readImage(engine, target, tag, nodeBaseTag);
    findings.push(...checkConfiguration(image, product), ...checkFiles(image, product));
    say(`running ${tag}`);
    findings.push(...(await runImage(engine, target, tag)));
    facts.push(...imageFacts(image, tag));
    writeFileSync(join(directory, `${target}-packages.txt`), packageList(image));
  }
  const different = await buildAgain(engine, sources, product, context);
  findings.push(...different);
  facts.push([
    'built twice',
    different.length === 0 ? 'the same files in each layer' : 'different files',
  ]);
  return { part: 'image', findings, facts: [...facts, ...notProved] };
}

/** Its layers hold all that the other's do. */
const whole: ImageTarget = 'converter';

async function buildAgain(
  engine: Engine,
  sources: string,
  product: Product,
  { directory, signal, say }: PartContext,
): Promise<ImageFinding[]> {
  const [first, again] = [
    `${imageNames[whole]}:${product.version}`,
    `${imageNames[whole]}:again`,
  ] as const;
  say('building everything again, without a cache');
  await buildImage(engine, {
    ...product,
    context: sources,
    target: whole,
    tag: again,
    cache: false,
  });
  const layers = await readLayers(engine, [first, again], directory, signal);
  const findings = checkSameLayers(whole, layers.first, layers.second);
  // A different one is kept, to look into.
  if (findings.length === 0) await engine.docker(['image', 'rm', again]);
  // Every build without a cache leaves one; a few are of use to the next run.
  await engine.docker(['builder', 'prune', '--force', '--keep-storage', '3GB'], { anyCode: true });
  return findings;
}

/** For whoever has to know whether something in it is affected. */
function packageList({ debianPackages, files }: BuiltImage): string {
  return [...debianPackages, ...npmPackages(files)].map((line) => `${line}\n`).join('');
}

function imageFacts(image: BuiltImage, tag: string): Facts {
  const { inspection, files, debianPackages, target } = image;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const { Config: config, RootFS: root } = inspection;
  const limit = `${addedLimitMb[target]} MB`;
  const setuid = files.filter(({ kind, mode }) => kind === 'file' && (mode & 0o6000) !== 0);
  return [
    [
      tag,
      `${megabytes(addedBytes(image))} on a base of ${megabytes(image.baseBytes)} (limit ${limit})`,
    ],
    ['  user', `${config.User}, ${setuid.length} setuid files`],
    ['  layers', `${root.Layers.length}, the last ${root.Layers.at(-1)?.slice(0, 19) ?? 'none'}`],
    ['  packages', `${debianPackages.length} Debian, ${npmPackages(files).length} npm`],
    [
      '  labels',
      Object.entries(config.Labels ?? {})
        .map(([key, value]) => `${lastWord(key)} ${value}`)
        .join(', '),
    ],
  ];
}

function lastWord(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
