import type { Check, ComposeFinding } from '../check';
import { textsOf } from '../model/addresses';
import { productServices, settingText } from '../model/product-service';

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'time-limits',
  where,
  problem,
});

/** RabbitMQ's own, where nothing is set, in milliseconds (rabbitmq.com/docs/consumers). */
const defaultConsumerTimeoutMs = 1_800_000;

/** The broker waits longer for a converter than the longest conversion takes. */
export const timeLimits: Check = (deployment) => {
  const { rabbitmq } = deployment.compose.services;
  if (rabbitmq === undefined) return [];
  const text = textsOf(deployment, rabbitmq).map((one) => one.text);
  const said = /^consumer_timeout\s*=\s*(\d+)\s*$/m.exec(text.join('\n'))?.[1];
  const consumerTimeoutMs = said === undefined ? defaultConsumerTimeoutMs : Number(said);
  return productServices(deployment.compose)
    .filter(({ entry }) => entry === 'converter')
    .flatMap((product) => {
      const longest = ['fetchTimeoutMs', 'transcodeTimeoutMs', 'storeTimeoutMs']
        .map((key) => Number(settingText(deployment, product, key)))
        .reduce((sum, ms) => sum + ms, 0);
      if (consumerTimeoutMs > longest) return [];
      return [
        found(
          'rabbitmq: consumer_timeout',
          `expected more than the ${longest} ms that ${product.name} may take, got ${consumerTimeoutMs}`,
        ),
      ];
    });
};
