import { parse } from 'yaml';
import { z } from 'zod';
import type { ComposeService } from './compose-config';
import type { Deployment } from './deployment';
import { productServices, settingText, type ProductService } from './product-service';
import { serverImageOf } from './server-images';

/** One container's idea of where another listens. */
export interface Address {
  /** The service that has it. */
  readonly from: string;
  /** Where it is written, for findings. */
  readonly where: string;
  readonly host: string;
  readonly port: number;
}

/** Every address in environments, secrets and mounted configurations. */
export function dialled(deployment: Deployment): Address[] {
  return [
    ...productServices(deployment.compose).flatMap((product) => ofProduct(deployment, product)),
    ...Object.entries(deployment.compose.services).flatMap(([name, service]) =>
      textsOf(deployment, service).flatMap(({ file, text }) =>
        inText(file, text).map(({ host, port }) => ({ from: name, where: file, host, port })),
      ),
    ),
  ];
}

function ofProduct(deployment: Deployment, product: ProductService): Address[] {
  const text = (key: string) => settingText(deployment, product, key);
  const address = (key: string, host: string, port: number): Address => ({
    from: product.name,
    where: `${product.name}: ${key}`,
    host,
    port,
  });
  const urls = { rabbitmqUrl: 5672, managementUrl: 80, smtpUrl: 25, otlpEndpoint: 80 };
  const mysqlHost = text('mysqlHost');
  return [
    ...Object.entries(urls).flatMap(([key, defaultPort]) => {
      const url = URL.parse(text(key) ?? '');
      return url === null ? [] : [address(key, url.hostname, Number(url.port) || defaultPort)];
    }),
    ...hostsOfMongo(text('mongoUrl')).map(({ host, port }) => address('mongoUrl', host, port)),
    ...hostAndPort(text('authAddress')).map(({ host, port }) => address('authAddress', host, port)),
    ...(mysqlHost === undefined
      ? []
      : [address('mysqlHost', mysqlHost, Number(text('mysqlPort')))]),
  ];
}

type HostAndPort = Pick<Address, 'host' | 'port'>;

function hostAndPort(text: string | undefined): HostAndPort[] {
  const [, host, port] = /^([\w.-]+):(\d+)$/.exec(text ?? '') ?? [];
  return host === undefined ? [] : [{ host, port: Number(port) }];
}

/** `mongodb://user:password@host[:port][,host…]/…` */
function hostsOfMongo(url: string | undefined): HostAndPort[] {
  const list = /^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url ?? '')?.[1];
  return (list?.split(',') ?? []).flatMap((one) =>
    hostAndPort(one.includes(':') ? one : `${one}:27017`),
  );
}

/** Texts of the configurations that a service mounts. */
export function textsOf(
  { mounted }: Deployment,
  service: ComposeService,
): { file: string; text: string }[] {
  return service.volumes.flatMap(({ source }) =>
    Object.entries(mounted[source ?? '']?.texts ?? {}).map(([file, text]) => ({ file, text })),
  );
}

const scrapeConfig = z.object({
  scrape_configs: z.array(
    z.object({
      job_name: z.string(),
      static_configs: z.array(z.object({ targets: z.array(z.string()) })).default([]),
      dns_sd_configs: z
        .array(z.object({ names: z.array(z.string()), port: z.number() }))
        .default([]),
    }),
  ),
  alerting: z.object({
    alertmanagers: z.array(
      z.object({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
    ),
  }),
});
const mailConfig = z.object({ global: z.object({ smtp_smarthost: z.string() }) });
const sources = z.object({ datasources: z.array(z.object({ url: z.string() })) });

/** Configurations are known by what is in them, whatever they are called. */
function inText(file: string, text: string): HostAndPort[] {
  if (file.endsWith('.conf')) {
    return [
      ...text.matchAll(/(?:set\s+\$\w+\s+|proxy_pass\s+http:\/\/)([\w.-]+:\d+)\s*;/g),
    ].flatMap(([, address]) => hostAndPort(address));
  }
  // Parsing rules and dashboards takes longer than everything else here.
  if (!/^(scrape_configs|global|datasources):/m.test(text)) return [];
  const config: unknown = parse(text);
  const scraped = scrapeConfig.safeParse(config).data;
  const targets = [
    ...(scraped?.scrape_configs ?? []),
    ...(scraped?.alerting.alertmanagers ?? []),
  ].flatMap((one) => one.static_configs.flatMap((list) => list.targets));
  return [
    ...[...targets, mailConfig.safeParse(config).data?.global.smtp_smarthost].flatMap(hostAndPort),
    ...(scraped?.scrape_configs ?? [])
      .flatMap((one) => one.dns_sd_configs)
      .flatMap(({ names, port }) => names.map((host) => ({ host, port }))),
    ...(sources.safeParse(config).data?.datasources ?? []).flatMap(({ url }) =>
      hostAndPort(URL.parse(url)?.host),
    ),
  ];
}

/** Ports at which a service is reached from other containers. */
export function listeningPorts(deployment: Deployment, name: string): number[] {
  const product = productServices(deployment.compose).find((one) => one.name === name);
  if (product !== undefined) {
    return ['port', 'adminPort'].flatMap((key) => {
      const port = settingText(deployment, product, key);
      return port === undefined ? [] : Number(port);
    });
  }
  const service = deployment.compose.services[name];
  if (service === undefined) return [];
  return [
    ...(serverImageOf(service)?.ports ?? []),
    // nginx' configuration; what listens on the loopback is for the container alone.
    ...textsOf(deployment, service).flatMap(({ text }) =>
      [...text.matchAll(/^\s*listen\s+(\d+);/gm)].map(([, port]) => Number(port)),
    ),
  ];
}
