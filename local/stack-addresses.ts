import { relative } from 'node:path';
import { gatewayUrl } from './processes/process-environment';
import { secretPath } from './secrets';
import { inboxUrl } from './servers/inbox';
import { managementApi } from './servers/rabbitmq-urls';
import type { StackConfig } from './stack-config';

/** Where to look at a running stack, one line each. */
export function stackAddresses(config: StackConfig, serversOnly: boolean): string[] {
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
  ];
}

/** As a person in the checkout would type it. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
