import type { Check, ComposeFinding } from '../check';
import { textsOf } from '../model/addresses';
import { durationMs } from '../model/duration';
import { productServices, settingText } from '../model/product-service';

/** What an upload of hours, and a gateway that comes or goes, need of nginx (nginx.org/en/docs). */
export const proxy: Check = (deployment) => {
  const { proxy: service } = deployment.compose.services;
  if (service === undefined) return [found('expected a service of this name, got none')];
  const text = textsOf(deployment, service).map((one) => one.text);
  const values = (directive: string) =>
    [...text.join('\n').matchAll(new RegExp(`^\\s*${directive}\\s+([^;]+);`, 'gm'))].map(
      ([, value = '']) => value,
    );
  const gateway = productServices(deployment.compose).find(({ entry }) => entry === 'gateway');
  const idleMs = Number(gateway && settingText(deployment, gateway, 'idleTimeoutMs'));
  return [
    ...wanted
      .filter(([directive, value]) => !values(directive).includes(value))
      .map(([directive, value, why]) => found(`expected ${directive} ${value}: ${why}`)),
    ...(values('proxy_next_upstream').join(' ').includes('non_idempotent')
      ? [found('proxy_next_upstream: expected no non_idempotent, which sends uploads twice')]
      : []),
    // Without a variable nginx asks DNS when it starts, and never again.
    ...values('proxy_pass')
      .filter((target) => !target.includes('$'))
      .map((target) => found(`proxy_pass ${target}: expected a variable, to look it up anew`)),
    ...(values('resolver').some((value) => /^127\.0\.0\.11 .*valid=1s\b/.test(value))
      ? []
      : [found("expected resolver 127.0.0.11 valid=1s: Docker's DNS, asked anew")]),
    ...timeouts
      .filter((directive) => !values(directive).some((value) => (durationMs(value) ?? 0) > idleMs))
      .map((directive) => found(`${directive}: expected more than IDLE_TIMEOUT_MS, ${idleMs}`)),
  ];
};

const found = (problem: string): ComposeFinding => ({
  check: 'proxy',
  where: 'proxy: nginx.conf',
  problem,
});

const wanted = [
  ['client_max_body_size', '0', 'the limit is MAX_UPLOAD_BYTES, with an answer of its own'],
  ['proxy_request_buffering', 'off', 'a video passes through'],
  ['proxy_max_temp_file_size', '0', 'an MP3 passes through'],
  ['proxy_http_version', '1.1', 'a body without a length is passed on as such'],
  ['proxy_set_header', 'Connection close', 'a kept connection may be closed as it is used'],
] as const;

/** A body that stands still is the gateway's matter. */
const timeouts = [
  'client_body_timeout',
  'send_timeout',
  'proxy_read_timeout',
  'proxy_send_timeout',
] as const;
