import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import type { ManifestFinding } from '../check';
import { type KubernetesObject, nameOf } from '../model/kubernetes-object';
import type { Rendered } from '../model/rendered';
import { modelFile } from '../model-file';

const resultsSchema = z.array(z.string().nullable());

/**
 * Kinds and versions that exist; types, quantities, formats and required fields. One process for
 * all folders: it takes longer to start than to look.
 */
export function schema(folders: readonly Rendered[], repository: string): ManifestFinding[] {
  const findings: ManifestFinding[] = [];
  const asked: { model: string; object: unknown; where: string }[] = [];
  for (const { overlay, objects } of folders) {
    for (const object of objects) {
      const where = `${overlay}: ${nameOf(object)}`;
      const model = modelFile(repository, object);
      if (model !== undefined && !isGone(model, object)) {
        asked.push({ model, object, where });
        continue;
      }
      const problem = `there is no kind ${object.kind} in ${object.apiVersion}`;
      findings.push({ check: 'schema', where, problem });
    }
  }
  const answers = validate(repository, asked);
  asked.forEach(({ where }, index) => {
    const said = answers[index] ?? null;
    if (said === null) return;
    // All at once, "data/spec/replicas must be integer, data/spec/…": one a line reads better.
    for (const problem of said.split(/, (?=data\/)/)) {
      findings.push({ check: 'schema', where, problem: problem.replace(/^data\/?/, '') });
    }
  });
  return findings;
}

/**
 * The models keep what Kubernetes has removed (kubernetes.io/docs, "Deprecated API Migration Guide").
 * Of its own kinds each that is used here is in a stable version.
 */
const isGone = (model: string, { apiVersion }: KubernetesObject): boolean =>
  model.includes('/node_modules/kubernetes-models/') && /(alpha|beta)\d+$/.test(apiVersion);

function validate(repository: string, objects: readonly unknown[]): (string | null)[] {
  const program = join(repository, 'local/deploy/manifests/validate-objects.mjs');
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program], {
    input: JSON.stringify(objects),
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  });
  if (status !== 0) {
    throw new Error(`the objects could not be validated: ${error?.message ?? stderr}`);
  }
  return resultsSchema.parse(JSON.parse(stdout));
}
