import { relative } from 'node:path';
import { gatewayUrl } from './processes/process-environment';
import { secretPath } from './secrets';
import { alertmanagerUrl, operatorAddress } from './servers/alertmanager';
import { inboxUrl } from './servers/inbox';
import { prometheusUrl } from './servers/prometheus';
import { managementApi } from './servers/rabbitmq-urls';
import type { StackConfig } from './stack-config';

/** Where to look at a running stack, one line each. */
export function stackAddresses(
  config: StackConfig,
  serversOnly: boolean,
  monitoring = false,
): string[] {
  const { url, user } = managementApi(config);
  const password = secretPath(config.stateDirectory, 'rabbitmq-console');
  return [
    ...(serversOnly
      ? []
      : [
          `API            ${gatewayUrl(config)}/`,
          `Operator       ${gatewayUrl(config)}/operator  (users with the right operator)`,
        ]),
    `RabbitMQ       ${url}/  (user ${user}, password in ${shortPath(password)})`,
    `Mail inbox     ${inboxUrl(config)}/`,
    ...(monitoring
      ? [
          `Prometheus     ${prometheusUrl(config)}/`,
          `Alertmanager   ${alertmanagerUrl(config)}/  (mails to ${operatorAddress} in the inbox)`,
        ]
      : []),
  ];
}

/** As a person in the checkout would type it. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
