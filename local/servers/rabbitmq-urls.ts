import { secret } from '../secrets';
import type { StackConfig } from '../stack-config';
import { rabbitmqAppUser, rabbitmqConsoleUser, rabbitmqVhost } from './rabbitmq-definitions';

/** The address of a virtual host for the product's own account. */
export function amqpUrl(config: StackConfig, vhost: string = rabbitmqVhost): string {
  const password = secret(config.stateDirectory, 'rabbitmq-app');
  return `amqp://${rabbitmqAppUser}:${password}@127.0.0.1:${config.ports.amqp}/${encodeURIComponent(vhost)}`;
}

export interface ManagementApi {
  /** Ends without a slash; paths begin with `/api/`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The management API (https://www.rabbitmq.com/docs/management) as administrator. */
export function managementApi(config: StackConfig): ManagementApi {
  return {
    url: `http://127.0.0.1:${config.ports.rabbitmqConsole}`,
    user: rabbitmqConsoleUser,
    password: secret(config.stateDirectory, 'rabbitmq-console'),
  };
}

/**
 * One call to the management API; the answer's JSON, or undefined when it has no body.
 *
 * @throws Error with method, path, status and the broker's reason.
 */
export async function callManagement(
  api: ManagementApi,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const credentials = Buffer.from(`${api.user}:${api.password}`).toString('base64');
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`RabbitMQ answered ${response.status} to ${method} ${path}: ${text}`);
  }
  return text === '' ? undefined : JSON.parse(text);
}
