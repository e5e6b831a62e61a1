import { looksSecret, secretsInText } from '../secret-looking';
import type { BuiltImage, Product } from './built-image';
import type { ImageCheck, ImageFinding } from './image-check';
import { addedLimitMb } from './size-limits';

const dispatcher = '/app/dist/image/start.js';
const entryPoint = ['/usr/bin/tini', '--', 'node', '--max-semi-space-size=1', dispatcher];

/** What a container is started with. */
export function checkConfiguration(image: BuiltImage, product: Product): ImageFinding[] {
  const { Config: config } = image.inspection;
  const found = (check: ImageCheck, problem: string): ImageFinding => ({
    check,
    where: image.target,
    problem,
  });
  const findings: ImageFinding[] = [];
  const addedMb = addedBytes(image) / 1e6;
  const limitMb = addedLimitMb[image.target];
  if (addedMb > limitMb) {
    findings.push(
      found('size', `adds ${addedMb.toFixed(1)} MB to its base, the limit is ${limitMb} MB`),
    );
  }
  if (config.User !== '1000:1000') {
    findings.push(found('user', `expected 1000:1000, got ${JSON.stringify(config.User)}`));
  }
  if (JSON.stringify(config.Entrypoint) !== JSON.stringify(entryPoint)) {
    findings.push(
      found('entry-point', `expected ${entryPoint.join(' ')}, got ${config.Entrypoint?.join(' ')}`),
    );
  }
  const health = config.Healthcheck?.Test ?? [];
  if (health.join(' ') !== `CMD node ${dispatcher} health`) {
    findings.push(found('health-check', `expected the health entry, got ${health.join(' ')}`));
  }
  for (const problem of labelProblems(config.Labels ?? {}, product)) {
    findings.push(found('labels', problem));
  }
  if (!config.Env.includes('NODE_ENV=production')) {
    findings.push(found('environment', 'NODE_ENV is not production'));
  }
  for (const variable of config.Env) {
    const [name = '', ...value] = variable.split('=');
    if (looksSecret(name, value.join('=')) || secretsInText(variable).length > 0) {
      findings.push(found('environment', `${name} looks like a secret`));
    }
  }
  for (const command of image.history) {
    // Arguments of the build stand there in front of each command (`|1 NAME=value …`).
    for (const what of secretsInText(command)) {
      findings.push(found('secret-in-history', `${what} in: ${command.slice(0, 80)}`));
    }
  }
  return findings;
}

export function addedBytes({ inspection, baseBytes }: BuiltImage): number {
  return inspection.Size - baseBytes;
}

/** Those of the OCI image specification, annotations.md, that a registry shows. */
function labelProblems(labels: Readonly<Record<string, string>>, product: Product): string[] {
  const label = (key: string): string => labels[`org.opencontainers.image.${key}`] ?? '';
  const missing = ['title', 'description', 'licenses', 'version', 'revision']
    .filter((key) => label(key) === '')
    .map((key) => `org.opencontainers.image.${key} is missing`);
  const { version, revision } = product;
  const wrong = Object.entries({ version, revision })
    .filter(([key, expected]) => label(key) !== '' && label(key) !== expected)
    .map(([key, expected]) => `${key} is ${label(key)}, expected ${expected}`);
  return [...missing, ...wrong];
}
