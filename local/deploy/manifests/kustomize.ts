import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './model/kubernetes-object';

const run = promisify(execFile);

/** Kustomize's own words about a folder that it does not render. */
export class KustomizeRefused extends Error {
  override readonly name = 'KustomizeRefused';
  constructor(
    readonly folder: string,
    problem: string,
    cause?: unknown,
  ) {
    super(`kubectl kustomize ${folder}: ${problem}`, { cause });
  }
}

/**
 * The objects that `kubectl apply -k` of a folder would send.
 *
 * @throws KustomizeRefused where it refuses, and where what it writes are no objects
 */
export async function kustomize(kubectl: string, folder: string): Promise<KubernetesObject[]> {
  let output: string;
  try {
    ({ stdout: output } = await run(kubectl, ['kustomize', folder], { maxBuffer: 64_000_000 }));
  } catch (error) {
    throw new KustomizeRefused(folder, wordsOf(error), error);
  }
  return readObjects(output, folder);
}

/**
 * The objects in a text of YAML documents. One that gets its name from `generateName` has that as
 * its name: whatever is added to it begins so.
 *
 * @throws KustomizeRefused where it is something else
 */
export function readObjects(text: string, where: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new KustomizeRefused(where, problem.message, problem);
    return named(document.toJS(), where);
  });
}

function wordsOf(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  if ('code' in error && error.code === 'ENOENT') {
    return 'there is no such program; install kubectl 1.27 or newer';
  }
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return said === '' ? error.message : said;
}

function named(document: unknown, folder: string): KubernetesObject {
  if (isNamed(document)) {
    const { name, generateName } = document.metadata as Partial<KubernetesObject['metadata']>;
    return { ...document, metadata: { ...document.metadata, name: name ?? generateName ?? '' } };
  }
  throw new KustomizeRefused(
    folder,
    `expected an object with apiVersion, kind and metadata.name, got ${JSON.stringify(document).slice(0, 200)}`,
  );
}

function isNamed(document: unknown): document is KubernetesObject {
  if (!isRecord(document)) return false;
  const { apiVersion, kind, metadata } = document;
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    isRecord(metadata) &&
    typeof (metadata['name'] ?? metadata['generateName']) === 'string'
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
