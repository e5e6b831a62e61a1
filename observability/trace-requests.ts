import { context, type Span } from '@opentelemetry/api';
import type { RequestHandler, Response } from 'express';
import { headerNames } from '../contracts/headers';
import { newTraceId, traceIdIn, traceIdOf } from '../contracts/trace-id';
import type { HttpMethod } from './metric-labels';
import { methodOf, type EndedRequest } from './request-metrics';
import { httpSpanName, type SpanAttributes } from './span-names';
import { beginSpan, markFailed } from './spans';

const traceIds = new WeakMap<Response, string>();
const running = new WeakMap<Response, { readonly span: Span; readonly method: HttpMethod }>();

/** The trace this request belongs to (W3C Trace Context): the caller's, or a fresh one. */
export function traceIdOfRequest(response: Response): string {
  const known = traceIds.get(response);
  if (known !== undefined) return known;
  const { req } = response;
  const named =
    traceIdOf(req.get(headerNames.traceparent)) ?? traceIdIn(req.get(headerNames.traceId));
  const traceId = named ?? newTraceId();
  traceIds.set(response, traceId);
  return traceId;
}

/**
 * Answers each request in a span, which continues the trace of the caller; `endRequestSpan` ends it.
 */
export const traceRequests: RequestHandler = (request, response, next) => {
  const method = methodOf(request);
  const {
    span,
    traceparent,
    context: own,
  } = beginSpan(httpSpanName(method, 'none'), {
    kind: 'server',
    attributes: {
      'http.request.method': method === 'other' ? '_OTHER' : method,
      'url.scheme': request.protocol,
    },
    continues: request.get(headerNames.traceparent),
  });
  const traceId = traceIdOf(traceparent);
  if (traceId !== null) traceIds.set(response, traceId);
  running.set(response, { span, method });
  context.with(own, next);
};

/**
 * For `measureRequests`. The span says the route's pattern, and nothing of the URL: a token sent in
 * a query by mistake must not reach a collector.
 */
export function endRequestSpan({ route, status }: EndedRequest, response: Response): void {
  const begun = running.get(response);
  if (begun === undefined) return;
  const { span, method } = begun;
  span.updateName(httpSpanName(method, route));
  span.setAttributes({
    ...(route === 'none' ? {} : { 'http.route': route }),
    ...(status === null ? {} : { 'http.response.status_code': status }),
  } satisfies SpanAttributes);
  // A 4xx is the client's, and no failure of ours (semantic conventions, HTTP spans, "Status").
  if (status !== null && status >= 500) markFailed(span, String(status));
  span.end();
}
