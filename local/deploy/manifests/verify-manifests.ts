import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartReport, VerifyPart } from '../part';
import { findKubectl } from '../tools/find-kubectl';
import { checkNames, type ManifestFinding } from './check';
import { checkForm, checkMeaning } from './checks';
import { KustomizeRefused } from './kustomize';
import type { Rendered } from './model/rendered';
import { objectRows, objectTable } from './object-table';
import { renderAll } from './render';
import { repositoryFacts } from './repository-facts';

const part = 'manifests';

/** Part (c): every object that would be applied, by all that can be known without a cluster. */
export const verifyManifests: VerifyPart = async ({ repository, directory, say }) => {
  const kubectl = await findKubectl(join(repository, '.local', 'libraries'));
  say(`rendered by ${kubectl}`);
  try {
    const folders = await renderAll(kubectl, repository);
    const form = checkForm(folders, repository);
    // What is of another type than it should be has no meaning to look at.
    const isReadable = !form.some(({ check }) => check === 'schema');
    const facts = await repositoryFacts(repository, isReadable ? folders : []);
    if (isReadable) writeTables(directory, folders);
    const meaning = isReadable ? folders.flatMap((one) => checkMeaning(one, facts)) : [];
    return {
      part,
      findings: [...form, ...meaning],
      facts: [
        ...(isReadable ? folders.flatMap(factsOf) : []),
        [
          'checks',
          isReadable
            ? checkNames.join(', ')
            : 'schema, unknown-field; the others need a sound schema',
        ],
      ],
    };
  } catch (error) {
    if (!(error instanceof KustomizeRefused)) throw error;
    return refused(error);
  }
};

/** Every object by name, for a person. */
function writeTables(directory: string, folders: readonly Rendered[]): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${part}.md`), `${folders.map(objectTable).join('\n\n')}\n`);
}

function refused({ folder, message }: KustomizeRefused): PartReport {
  const finding: ManifestFinding = { check: 'schema', where: folder, problem: message };
  return { part, findings: [finding], facts: [] };
}

function factsOf(rendered: Rendered): PartReport['facts'] {
  const { overlay, objects, secrets } = rendered;
  const kinds = new Map<string, number>();
  for (const { kind } of objects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [
    [
      overlay,
      `${objects.length} objects: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}`,
    ],
    [`${overlay}: Secrets from elsewhere`, [...secrets.keys()].sort().join(', ')],
    ...objectRows(rendered).map(
      ([kind = '', name = '', replicas = '', image = '', ports = '']): [string, string] => [
        `${overlay}: ${kind}/${name}`,
        [replicas === '' ? '' : `${replicas} x ${image}`, ports]
          .filter((part) => part !== '')
          .join(', '),
      ],
    ),
  ];
}
