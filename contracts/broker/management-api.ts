/** RabbitMQ's management API (rabbitmq.com/docs/management). */
export interface ManagementApi {
  /** Such as `http://rabbitmq:15672`, without `/api`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The management API did not do what it was asked to. The message says what to do about it. */
export class ManagementFailed extends Error {
  override readonly name = 'ManagementFailed';
  constructor(
    message: string,
    /** HTTP status; undefined when there was no answer. */
    readonly status: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The broker answers in milliseconds; a busy one within seconds. */
const timeoutMs = 15_000;

/**
 * One call; `path` begins with `/api/`, its parts encoded. Resolves to the answer's JSON, or
 * undefined for an answer without a body.
 *
 * @throws ManagementFailed
 */
export async function callManagementApi(
  api: ManagementApi,
  method: 'GET' | 'PUT',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const url = `${api.url.replace(/\/+$/, '')}${path}`;
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${api.user}:${api.password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw new ManagementFailed(
      `no answer from RabbitMQ's management API at ${api.url} (${reasonOf(error)}). ` +
        'Is this its address (port 15672 by default, not the AMQP port), and is the plugin on ' +
        '(rabbitmq-plugins enable rabbitmq_management)?',
      undefined,
      { cause: error },
    );
  }
  const json = parseJson(text);
  if (status < 200 || status > 299) {
    const reason = isReason(json) ? json.reason : text.slice(0, 500);
    throw new ManagementFailed(
      `RabbitMQ answered ${status} to ${method} ${url}: ${reason}${advice(status, api)}`,
      status,
    );
  }
  if (text !== '' && json === undefined) {
    throw new ManagementFailed(
      `${method} ${url} answered ${status} without JSON: something else than RabbitMQ's management API is at ${api.url}`,
      status,
    );
  }
  return json;
}

/** What a person can do about it. 401 is also the answer to a user without the right. */
function advice(status: number, { user }: ManagementApi): string {
  switch (status) {
    case 401:
    case 403:
      return (
        `. Check user and password; user ${user} needs the tag policymaker ` +
        `(rabbitmqctl set_user_tags ${user} policymaker) and permissions in the virtual host`
      );
    case 404:
      return '. Does the virtual host exist (rabbitmqctl list_vhosts)?';
    default:
      return '';
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isReason(json: unknown): json is { reason: string } {
  return (
    typeof json === 'object' && json !== null && 'reason' in json && typeof json.reason === 'string'
  );
}

/** fetch hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  return Error.isError(error.cause) ? error.cause.message : error.message;
}
