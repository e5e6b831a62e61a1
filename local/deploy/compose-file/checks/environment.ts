import { ConfigError, type Settings } from '../../../../observability/config';
import { entrySettings } from '../../entry-settings';
import { readEnvironment } from '../../manifests/read-environment';
import type { Check, ComposeFinding } from '../check';
import type { Deployment } from '../model/deployment';
import {
  productServices,
  readableEnvironment,
  type ProductService,
} from '../model/product-service';
import { imageName, serverImageOf } from '../model/server-images';

/** Every variable is one that somebody reads, and every process would start with its own. */
export const environment: Check = (deployment) => [
  ...productServices(deployment.compose).flatMap((product) => [
    ...unreadVariables(product),
    ...refusedSettings(deployment, product),
  ]),
  ...serverVariables(deployment),
];

function unreadVariables({ name, service, entry }: ProductService): ComposeFinding[] {
  const settings: Settings = entrySettings[entry];
  const read = Object.values(settings).flatMap(({ env, secret }) =>
    secret === true ? [env, `${env}_FILE`] : [env],
  );
  return Object.keys(service.environment)
    .filter((variable) => !read.includes(variable))
    .map((variable) => ({
      check: 'environment',
      where: `${name}: ${variable}`,
      problem: `expected a variable that ${entry} reads, got one that it does not know`,
    }));
}

/** With the generated secrets in their places: required, accepted, and fitting each other. */
function refusedSettings(deployment: Deployment, product: ProductService): ComposeFinding[] {
  const { name, service, entry } = product;
  try {
    readEnvironment(entry, readableEnvironment(deployment, service));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => ({ check: 'environment', where: name, problem }));
  }
}

function serverVariables({ compose }: Deployment): ComposeFinding[] {
  return Object.entries(compose.services).flatMap(([name, service]) => {
    const image = serverImageOf(service);
    if (image === undefined) return [];
    return Object.keys(service.environment)
      .filter((variable) => !image.variables.includes(variable))
      .map((variable) => ({
        check: 'environment' as const,
        where: `${name}: ${variable}`,
        problem: `expected a variable of ${imageName(service.image)}, got one that is not in its list (model/server-images.ts)`,
      }));
  });
}
