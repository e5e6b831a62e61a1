import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '../../repository-directory';
import { sentNames } from './copy-context';
import { imageTargets } from './image-target';
import { readProduct } from './read-product';

const read = (name: string): string => readFileSync(join(repositoryDirectory(), name), 'utf8');
const dockerfile = read('Dockerfile');

test('the version is that of package.json', () => {
  const { version } = readProduct(repositoryDirectory());
  const versions = [...dockerfile.matchAll(/^ARG VERSION=(.*)$/gm)].map(([, named]) => named);
  expect(versions).toEqual(imageTargets.map(() => version));
  for (const [, named] of dockerfile.matchAll(/--tag \S+:(\S+)/g)) expect(named).toBe(version);
});

test('it has the targets, and needs no other frontend of the builder', () => {
  for (const target of imageTargets) expect(dockerfile).toMatch(new RegExp(` AS ${target}$`, 'm'));
  // A `# syntax=` line is fetched from a registry.
  expect(dockerfile).not.toMatch(/^#\s*syntax=/m);
});

test('what names a build stands in the published stages alone, below all layers', () => {
  const stages = dockerfile.split(/^FROM .* AS /m).slice(1);
  const named = stages.filter((stage) => /VERSION|REVISION/.test(stage));
  expect(named.map((stage) => stage.split('\n', 1)[0])).toEqual([...imageTargets]);
  for (const stage of named) expect(stage).not.toMatch(/^ARG VERSION[^]*^(COPY|RUN|ADD) /m);
});

test('the builder is sent what it names, and nothing else', () => {
  const sent = sentNames(read('.dockerignore'));
  expect(sent).toContain('package.json');
  expect(sent.filter((name) => /^\.|^local|node_modules|dist/.test(name))).toEqual([]);
  expect(() => sentNames('.env\n.git\n')).toThrow(/expected \* first/);
});
