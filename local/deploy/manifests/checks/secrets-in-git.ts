import { looksSecret, secretsInText, secretsInWords } from '../../secret-looking';
import type { Check } from '../check';
import { ofKind } from '../model/kinds';
import { type KubernetesObject, nameOf } from '../model/kubernetes-object';

/** Everything here is in git, where everybody reads it for ever. */
export const secretsInGit: Check = ({ overlay, objects }) => [
  ...ofKind(objects, 'Secret').map((secret) => ({
    check: 'secrets-in-git' as const,
    where: `${overlay}: ${nameOf(secret)}`,
    problem: 'expected no Secret in git; make it in the cluster, or by an ExternalSecret',
  })),
  ...objects.flatMap((object) =>
    secretsIn(object).map((problem) => ({
      check: 'secrets-in-git' as const,
      where: `${overlay}: ${nameOf(object)}`,
      problem,
    })),
  ),
];

function secretsIn(object: KubernetesObject): string[] {
  const found: string[] = [];
  const look = (value: unknown, path: string, name: string): void => {
    if (typeof value === 'string') {
      found.push(...secretsInText(value, name).map((what) => `${path} has ${what}`));
      if (object.kind === 'ConfigMap' && looksSecret(name, value)) {
        found.push(`${path} looks like a secret`);
      }
    } else if (isWords(value)) {
      found.push(...secretsInWords(value).map((what) => `${path} has ${what}`));
    } else if (Array.isArray(value)) {
      value.forEach((item: unknown, index) => {
        look(item, `${path}[${index}]`, name);
      });
    } else if (typeof value === 'object' && value !== null) {
      if (isVariable(value) && looksSecret(value.name, value.value)) {
        found.push(`${path}, the variable ${value.name}, looks like a secret`);
      }
      for (const [key, field] of Object.entries(value)) look(field, `${path}.${key}`, key);
    }
  };
  for (const [key, field] of Object.entries(object)) look(field, key, key);
  return found;
}

/** A command, its arguments, or another list of words. */
const isWords = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function isVariable(value: object): value is { name: string; value: string } {
  return (
    'name' in value &&
    'value' in value &&
    typeof value.name === 'string' &&
    typeof value.value === 'string'
  );
}
