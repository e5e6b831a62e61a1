import { join } from 'node:path';
import { repositoryDirectory } from '../../repository-directory';
import { findKubectl } from '../tools/find-kubectl';
import { checkNames, type ManifestFinding } from './check';
import { checkForm, checkMeaning, type FormCheck, meaningChecks } from './checks';
import type { Facts, Rendered } from './model/rendered';
import { clusterMistakes } from './planted/cluster-mistakes';
import { formMistakes } from './planted/form-mistakes';
import { linkMistakes } from './planted/link-mistakes';
import type { PlantedMistake } from './planted/mistake';
import { processMistakes } from './planted/process-mistakes';
import { renderAll, secretsOf } from './render';
import { repositoryFacts } from './repository-facts';

const repository = repositoryDirectory();

let folders: readonly Rendered[] = [];
let facts: Facts = { version: '', adminPaths: new Set(), composeImages: [] };
let formFindings: readonly ManifestFinding[] = [];

beforeAll(async () => {
  folders = await renderAll(await findKubectl(join(repository, '.local/libraries')), repository);
  facts = await repositoryFacts(repository, folders);
  // Those that take long look at all folders and all mistakes at once, told apart by name.
  const changed = await Promise.all(
    formMistakes.map(async (mistake) => ({ ...(await planted(mistake)), overlay: mistake.name })),
  );
  formFindings = checkForm([...folders, ...changed], repository);
}, 60_000);

it('finds nothing in what is applied', () => {
  const names = folders.map(({ overlay }) => overlay);
  expect(names).toEqual([
    'overlays/minikube',
    'overlays/minikube-inside',
    'overlays/production',
    'monitoring',
  ]);
  const ofFolders = formFindings.filter(({ where }) =>
    names.some((overlay) => where.startsWith(`${overlay}:`)),
  );
  expect([...ofFolders, ...folders.flatMap((rendered) => checkMeaning(rendered, facts))]).toEqual(
    [],
  );
});

test.each(formMistakes)('$check: $name', ({ name, check }) => {
  const found = formFindings.filter(({ where }) => where.startsWith(`${name}:`));
  expect(found.map((finding) => finding.check)).toContain(check);
});

test.each([...linkMistakes, ...processMistakes, ...clusterMistakes])(
  '$check: $name',
  async (mistake) => {
    const check = meaningChecks[mistake.check as Exclude<PlantedMistake['check'], FormCheck>];
    const before = check(folderOf(mistake), facts).map(({ problem }) => problem);
    const after = check(await planted(mistake), facts).map(({ problem }) => problem);
    expect(after.filter((problem) => !before.includes(problem))).not.toEqual([]);
  },
);

it('has a mistake for each check', () => {
  const mistakes = [...formMistakes, ...linkMistakes, ...processMistakes, ...clusterMistakes];
  expect(checkNames.filter((name) => !mistakes.some(({ check }) => check === name))).toEqual([]);
});

function folderOf({ overlay = 'overlays/production' }: PlantedMistake): Rendered {
  const found = folders.find((one) => one.overlay === overlay);
  if (found === undefined) throw new Error(`there is no ${overlay}`);
  return found;
}

/** The folder with the mistake in it, and with the Secrets that there are then. */
async function planted(mistake: PlantedMistake): Promise<Rendered> {
  const folder = folderOf(mistake);
  const objects = mistake.plant(structuredClone(folder.objects));
  return { ...folder, objects, secrets: await secretsOf(repository, folder.overlay, objects) };
}
