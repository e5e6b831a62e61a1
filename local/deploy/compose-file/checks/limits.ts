import { defaultMediaLimits } from '../../../../pipeline/media/media-limits';
import type { Check, ComposeFinding } from '../check';
import type { Deployment } from '../model/deployment';
import { textsOf } from '../model/addresses';
import { productServices, settingText } from '../model/product-service';

const found = (where: string, problem: string): ComposeFinding => ({
  check: 'limits',
  where,
  problem,
});

/** No container takes the machine from the others: processor, memory, processes, disk of its log. */
export const limits: Check = (deployment) => [
  ...Object.entries(deployment.compose.services).flatMap(([name, { deploy, logging }]) => {
    const { cpus, memory, pids } = deploy?.resources?.limits ?? {};
    return [
      ...(cpus === undefined ? [found(name, 'expected a limit of cpus, got none')] : []),
      // Docker refuses to start a container with more than the machine has.
      ...((cpus ?? 0) > 1 ? [found(name, `expected one core at most, got ${cpus ?? 0}`)] : []),
      ...(memory === undefined ? [found(name, 'expected a limit of memory, got none')] : []),
      ...(pids === undefined ? [found(name, 'expected a limit of pids, got none')] : []),
      ...(logging?.options['max-size'] === undefined || logging.options['max-file'] === undefined
        ? [found(name, 'expected a log of max-size and max-file, got one that grows')]
        : []),
    ];
  }),
  ...converters(deployment),
  ...broker(deployment),
];

/** Fewer bytes than ffmpeg may ask for, and the kernel ends it where our own limit would have. */
function converters(deployment: Deployment): ComposeFinding[] {
  return productServices(deployment.compose)
    .filter(({ entry }) => entry === 'converter')
    .flatMap((product) => {
      const { cpus = 0, memory = 0 } = product.service.deploy?.resources?.limits ?? {};
      const concurrency = settingText(deployment, product, 'concurrency');
      if (concurrency === undefined) {
        return [found(product.name, 'expected CONCURRENCY, which else follows the machine')];
      }
      const wanted = Number(concurrency) * defaultMediaLimits.addressSpaceBytes;
      return [
        ...(memory < wanted
          ? [found(product.name, `expected ${wanted} bytes of memory for ffmpeg, got ${memory}`)]
          : []),
        ...(cpus < Number(concurrency)
          ? [found(product.name, `expected a core for each of ${concurrency} conversions`)]
          : []),
      ];
    });
}

/** Publishers must be held back before the kernel ends the broker, with room for what it does then. */
function broker(deployment: Deployment): ComposeFinding[] {
  const { rabbitmq } = deployment.compose.services;
  const text = rabbitmq && textsOf(deployment, rabbitmq).map((one) => one.text);
  const said = /^vm_memory_high_watermark\.absolute\s*=\s*(\d+)MB/m.exec(text?.join('\n') ?? '');
  const watermark = Number(said?.[1] ?? Infinity) * 1_000_000;
  const memory = rabbitmq?.deploy?.resources?.limits?.memory ?? 0;
  if (rabbitmq === undefined || watermark <= memory * 0.75) return [];
  return [
    found('rabbitmq', `expected vm_memory_high_watermark.absolute of 3/4 of ${memory} at most`),
  ];
}
