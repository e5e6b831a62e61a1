import type { Process } from './process';

/** A server that a process is told of by a setting. */
export interface Dependency {
  /** The variable that says where it is. */
  readonly variable: string;
  /** Undefined for a secret that only the cluster knows. */
  readonly host: string | undefined;
  readonly port: number;
}

/** Ports that are meant where a URL has none. */
const schemePorts: Readonly<Record<string, number>> = {
  amqp: 5672,
  amqps: 5671,
  mongodb: 27017,
  http: 80,
  https: 443,
  smtp: 587,
  smtps: 465,
};

/** Settings with a URL of a server, and the port of one that is not known. */
const urls = {
  RABBITMQ_URL: 5672,
  RABBITMQ_MANAGEMENT_URL: 15672,
  MONGO_URL: 27017,
  SMTP_URL: 587,
  OTEL_EXPORTER_OTLP_ENDPOINT: 4318,
} as const;

/** Every server that a process connects to, by its settings. */
export function dependenciesOf(process: Process): readonly Dependency[] {
  const reads = (variable: string) =>
    Object.values(process.settings).some(({ env }) => env === variable);
  const found: Dependency[] = [];
  for (const [variable, port] of Object.entries(urls)) {
    if (!reads(variable)) continue;
    const text = process.text(variable);
    const isGiven = [variable, `${variable}_FILE`].some((name) =>
      process.environment.variables.has(name),
    );
    if (text !== undefined) found.push(...hostsOf(text).map((one) => ({ variable, ...one })));
    else if (isGiven) found.push({ variable, host: undefined, port });
    else if (variable === 'SMTP_URL') {
      found.push({ variable: 'GMAIL_ADDRESS', host: 'smtp.gmail.com', port: 587 });
    }
  }
  if (reads('AUTH_SVC_ADDRESS')) {
    const [host = '', port = ''] = (process.text('AUTH_SVC_ADDRESS') ?? '').split(':');
    found.push({ variable: 'AUTH_SVC_ADDRESS', host, port: Number(port) });
  }
  if (reads('MYSQL_HOST')) {
    const host = process.text('MYSQL_HOST');
    found.push({ variable: 'MYSQL_HOST', host, port: Number(process.text('MYSQL_PORT')) });
  }
  return found;
}

/** A MongoDB URL may list several hosts; `mongodb+srv` asks DNS for them, and for their ports. */
function hostsOf(text: string): { host: string; port: number }[] {
  const [scheme = '', rest = ''] = text.split('://');
  const authority = (rest.split(/[/?]/)[0] ?? '').split('@').at(-1) ?? '';
  return authority.split(',').map((one) => {
    const [host = '', port] = one.split(':');
    return {
      host,
      port: port === undefined ? (schemePorts[scheme.split('+')[0] ?? ''] ?? 0) : Number(port),
    };
  });
}
