import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStackConfig } from '../../stack-config';
import { repositoryDirectory } from '../../repository-directory';
import { findCompose } from '../tools/find-compose';
import { checkNames, type ComposeFinding } from './check';
import { checks } from './checks/all';
import type { Deployment } from './model/deployment';
import { ComposeRefused, runComposeConfig } from './model/run-compose';
import { containerMistakes } from './planted/container-mistakes';
import { linkMistakes } from './planted/link-mistakes';
import { processMistakes } from './planted/process-mistakes';
import { schemaMistakes } from './planted/schema-mistakes';
import { prepareDeployment } from './prepare';
import { reportOn } from './verify-compose-file';

const repository = repositoryDirectory();
const { libraryDirectory } = createStackConfig({
  stateDirectory: '.local/test',
  portBase: 23200,
  executablePath: '/usr/bin',
});

let directory = '';
let program = '';
let deployment: Deployment | undefined;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'compose-file-'));
  program = await findCompose(libraryDirectory);
  deployment = await prepareDeployment(repository, program, directory);
}, 60_000);
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function unchanged(): Deployment {
  if (deployment === undefined) throw new Error('the compose file was not read');
  return deployment;
}

const findingsIn = (one: Deployment): ComposeFinding[] =>
  Object.values(checks).flatMap((check) => check(one));

it('finds nothing in docker-compose.yml', () => {
  expect(findingsIn(unchanged())).toEqual([]);
});

describe('a planted mistake is found', () => {
  test.each([...processMistakes, ...linkMistakes, ...containerMistakes])(
    '$check: $name',
    ({ check, plant }) => {
      const found = checks[check](plant(unchanged()));
      expect(found).not.toEqual([]);
      for (const finding of found) expect(finding.check).toBe(check);
    },
  );

  test.each(schemaMistakes)('schema: $name', async ({ from, to, says }) => {
    const text = readFileSync(join(repository, 'docker-compose.yml'), 'utf8');
    expect(text).toContain(from);
    const file = join(directory, 'docker-compose.yml');
    writeFileSync(file, text.replace(from, to));
    const call = {
      program,
      file,
      projectDirectory: repository,
      environmentFile: join(directory, '.env'),
    };
    const refusal = await runComposeConfig(call).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ComposeRefused);
    expect(String(refusal)).toMatch(says);
  });
});

it('has a mistake for each check', () => {
  const planted = [...processMistakes, ...linkMistakes, ...containerMistakes];
  const found = new Set<string>(['schema', ...planted.map(({ check }) => check)]);
  expect(checkNames.filter((name) => !found.has(name))).toEqual([]);
});

it('reports what docker compose refuses, and leaves no password behind', async () => {
  const checkout = join(directory, 'checkout');
  for (const path of ['compose', 'package.json']) {
    cpSync(join(repository, path), join(checkout, path), { recursive: true });
  }
  writeFileSync(join(checkout, 'docker-compose.yml'), 'services: { auth: { imgae: x } }\n');
  const generated = join(directory, 'generated');
  const { findings } = await reportOn(checkout, program, generated);
  expect(findings.map(({ check }) => check)).toEqual(['schema']);
  expect(findings[0]?.problem).toContain('imgae');
  expect(existsSync(generated)).toBe(false);
});

it('without .env tells a person to run the script', async () => {
  expect(existsSync(join(directory, 'project'))).toBe(false);
  await expect(
    runComposeConfig({
      program,
      file: join(repository, 'docker-compose.yml'),
      // Not the checkout, which may have an .env of a person.
      projectDirectory: join(directory, 'project'),
      environmentFile: undefined,
    }),
  ).rejects.toThrow(/run compose\/generate-secrets\.sh once/);
});
