import { looksSecret, secretsInText, secretsInWords } from '../../secret-looking';
import type { Check, ComposeFinding } from '../check';
import type { ComposeService } from '../model/compose-config';
import type { Deployment } from '../model/deployment';
import { secretTarget } from '../model/product-service';

/** Every secret is made by the script, handed over as a file, and written out nowhere. */
export const secrets: Check = (deployment) => [
  ...definitions(deployment),
  ...['.env', '.secrets/']
    .filter((path) => !deployment.gitIgnored.includes(path))
    .map((path) => found('.gitignore', `expected it to have ${path}`)),
  ...Object.entries(deployment.compose.services).flatMap(([name, service]) => [
    ...unmounted(deployment, name, service),
    ...writtenOut(deployment, name, service),
  ]),
];

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'secrets',
  where,
  problem,
});

function definitions({ compose, secrets: made }: Deployment): ComposeFinding[] {
  const used = new Set(
    Object.values(compose.services).flatMap((service) =>
      service.secrets.map(({ source }) => source),
    ),
  );
  const files = Object.entries(compose.secrets).map(([name, { file }]) => ({
    name,
    file,
    base: file.slice(file.lastIndexOf('/') + 1),
  }));
  const mountedTexts = files.flatMap(({ base }) => made[base] ?? []);
  return [
    ...files.flatMap(({ name, file, base }) => {
      if (!/\/\.secrets\/[^/]+$/.test(file)) {
        return [found(name, `expected a file in .secrets/, which git ignores, got ${file}`)];
      }
      if (made[base] === undefined) {
        return [found(name, 'expected a file that compose/generate-secrets.sh makes, got another')];
      }
      return made[base].trim() === '' ? [found(name, 'expected a secret, got an empty file')] : [];
    }),
    ...files
      .filter(({ name }) => !used.has(name))
      .map(({ name }) => found(name, 'expected a service that uses it, got none')),
    // A password may be there for what is made of it: a URL, a line of a configuration.
    ...Object.entries(made)
      .filter(([, text]) => !mountedTexts.some((mounted) => mounted.includes(text)))
      .map(([file]) =>
        found(`.secrets/${file}`, 'made by the script, and not in the compose file'),
      ),
  ];
}

/** Paths of secrets in variables, health checks, commands and mounted scripts. */
function unmounted(
  { mounted }: Deployment,
  name: string,
  service: ComposeService,
): ComposeFinding[] {
  const targets = service.secrets.map(secretTarget);
  const texts = [
    ...Object.entries(service.environment).map(([key, value]) => [key, value ?? ''] as const),
    ['healthcheck', (service.healthcheck?.test ?? []).join(' ')] as const,
    ['command', [...(service.entrypoint ?? []), ...(service.command ?? [])].join(' ')] as const,
    ...service.volumes.flatMap(({ source }) => Object.entries(mounted[source ?? '']?.texts ?? {})),
  ];
  return texts.flatMap(([where, text]) => [
    ...(text.match(/\/run\/secrets\/[\w.-]+/g) ?? [])
      .filter((path) => !targets.includes(path))
      .map((path) => found(`${name}: ${where}`, `expected a secret that is mounted, got ${path}`)),
    ...(where.endsWith('_FILE') && !targets.includes(text)
      ? [found(`${name}: ${where}`, `expected the path of a secret of this service, got ${text}`)]
      : []),
  ]);
}

function writtenOut(
  { secrets: made, mounted }: Deployment,
  name: string,
  service: ComposeService,
): ComposeFinding[] {
  const values = Object.values(made).filter((secret) => secret.length >= 16);
  const isMade = (text: string) => values.some((secret) => text.includes(secret));
  const commands = {
    entrypoint: service.entrypoint ?? [],
    command: service.command ?? [],
    healthcheck: service.healthcheck?.test ?? [],
  };
  const files = service.volumes.flatMap(({ source }) =>
    Object.entries(mounted[source ?? '']?.texts ?? {}),
  );
  return [
    ...Object.entries(service.environment)
      .filter(([variable, value]) => {
        const text = value ?? '';
        return looksSecret(variable, text) || secretsInText(text).length > 0 || isMade(text);
      })
      .map(([variable]) => variable),
    ...Object.entries(commands)
      .filter(([, words]) => secretsInWords(words).length > 0 || words.some(isMade))
      .map(([where]) => where),
    ...files
      .filter(([file, text]) => secretsInText(text, file).length > 0 || isMade(text))
      .map(([file]) => file),
  ].map((where) =>
    found(`${name}: ${where}`, 'expected the path of a file, got the secret itself'),
  );
}
