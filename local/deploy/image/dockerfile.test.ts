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
  expect(/^ARG VERSION=(.*)$/m.exec(dockerfile)?.[1]).toBe(version);
  for (const [, named] of dockerfile.matchAll(/--tag \S+:(\S+)/g)) expect(named).toBe(version);
});

test('it has the targets, and needs no other frontend of the builder', () => {
  for (const target of imageTargets) expect(dockerfile).toMatch(new RegExp(` AS ${target}$`, 'm'));
  // A `# syntax=` line is fetched from a registry.
  expect(dockerfile).not.toMatch(/^#\s*syntax=/m);
});

test('the builder is sent what it names, and nothing else', () => {
  const sent = sentNames(read('.dockerignore'));
  expect(sent).toContain('package.json');
  expect(sent.filter((name) => /^\.|^local|node_modules|dist/.test(name))).toEqual([]);
  expect(() => sentNames('.env\n.git\n')).toThrow(/expected \* first/);
});
