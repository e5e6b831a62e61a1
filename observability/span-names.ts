import type { StepName } from '../contracts/job';
import type { WorkQueue } from '../contracts/topology';
import type { HttpMethod, HttpRoute } from './metric-labels';

/**
 * Every name that a span and an attribute of ours may have, after OpenTelemetry's semantic
 * conventions (HTTP, messaging and CLI spans). Few values, and none from outside: no
 * URL, no file name, no address.
 */

type SpanMethod = Exclude<HttpMethod, 'other'> | 'HTTP';
export type HttpSpanName = SpanMethod | `${SpanMethod} ${Exclude<HttpRoute, 'none'>}`;

/** What the relay does with an order's letters; `replay` is in the trace of the job. */
export type OrderSpanName = `order ${'replay' | 'discard' | 'park' | 'unpark'}`;

export type SpanName =
  | HttpSpanName
  | `publish ${WorkQueue}`
  | `process ${WorkQueue}`
  | StepName
  | 'ffmpeg'
  | 'send-mail'
  | 'file dead letter'
  | OrderSpanName
  | 'replay';

export type AttributeName =
  | 'http.request.method'
  | 'http.route'
  | 'http.response.status_code'
  | 'url.scheme'
  | 'url.template'
  | 'error.type'
  | 'messaging.system'
  | 'messaging.operation.type'
  | 'messaging.operation.name'
  /** The queue's name at the broker; every message of ours goes through the default exchange. */
  | 'messaging.destination.name'
  | 'messaging.message.id'
  | 'process.executable.name'
  /** Ours from here on, which the conventions have no name for. */
  | 'job.id'
  /** From 1; see contracts/job.ts for the words. */
  | 'job.attempt'
  | 'delivery.outcome'
  | 'step.result'
  | 'audio.seconds'
  | 'cpu.seconds'
  | 'mail.kind'
  | 'dead_letter.id'
  | 'dead_letter.reason'
  /** How often the job or mail was put back, this time included. */
  | 'dead_letter.replay'
  | 'order.id'
  | 'order.letters';

export type SpanAttributes = { readonly [Name in AttributeName]?: string | number };

/** `{method} {route}`, or the method alone where no route is known. */
export function httpSpanName(method: HttpMethod, route: HttpRoute): HttpSpanName {
  const word = method === 'other' ? 'HTTP' : method;
  return route === 'none' ? word : `${word} ${route}`;
}

/** What every span about a message says of it. */
export function messageAttributes(
  operation: 'publish' | 'process',
  destination: string,
  messageId: string,
): SpanAttributes {
  return {
    'messaging.system': 'rabbitmq',
    'messaging.operation.type': operation === 'publish' ? 'send' : 'process',
    'messaging.operation.name': operation,
    'messaging.destination.name': destination,
    'messaging.message.id': messageId,
  };
}
