import type { Check } from '../check';
import { ofKind } from '../model/kinds';
import { type KubernetesObject, nameOf } from '../model/kubernetes-object';

/** Names of fields and variables whose value is a secret. */
const secretName = /(password|passwd|secret|token|api_?key|private_?key|credential)s?$/i;

/** A password inside a URL. */
const urlWithPassword = /[a-z+]+:\/\/[^\s:/@]*:([^\s@/]+)@/i;

/** What is filled in elsewhere: `$(NAME)`, `${NAME}`, `{{ .name }}`, a path. */
const reference = /^(\$[({]|\{\{|\/)/;

/** Everything here is in git, where everybody reads it for ever. */
export const secretsInGit: Check = ({ overlay, objects }) => [
  ...ofKind(objects, 'Secret').map((secret) => ({
    check: 'secrets in git' as const,
    where: `${overlay}: ${nameOf(secret)}`,
    problem: 'expected no Secret in git; make it in the cluster, or by an ExternalSecret',
  })),
  ...objects.flatMap((object) =>
    secretsIn(object).map((problem) => ({
      check: 'secrets in git' as const,
      where: `${overlay}: ${nameOf(object)}`,
      problem,
    })),
  ),
];

function secretsIn(object: KubernetesObject): string[] {
  const found: string[] = [];
  const look = (value: unknown, path: string, name: string): void => {
    if (typeof value === 'string') {
      const password = urlWithPassword.exec(value)?.[1];
      if (password !== undefined && !reference.test(password)) {
        found.push(`${path} has a password in a URL`);
      } else if (object.kind === 'ConfigMap' && isSecret(name, value)) {
        found.push(`${path} looks like a secret`);
      }
    } else if (Array.isArray(value)) {
      value.forEach((item: unknown, index) => {
        look(item, `${path}[${index}]`, name);
      });
    } else if (typeof value === 'object' && value !== null) {
      if (isVariable(value) && isSecret(value.name, value.value)) {
        found.push(`${path}, the variable ${value.name}, looks like a secret`);
      }
      for (const [key, field] of Object.entries(value)) look(field, `${path}.${key}`, key);
    }
  };
  for (const [key, field] of Object.entries(object)) look(field, key, key);
  return found;
}

/** The tutorial's PLACEHOLDER is nobody's secret, and neither is what a file is called. */
const isSecret = (name: string, value: string): boolean =>
  secretName.test(name) && value !== '' && !reference.test(value);

function isVariable(value: object): value is { name: string; value: string } {
  return (
    'name' in value &&
    'value' in value &&
    typeof value.name === 'string' &&
    typeof value.value === 'string'
  );
}
