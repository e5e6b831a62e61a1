import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { formatTraceparent, parseTraceparent } from '../contracts/traceparent';
import type { SpanAttributes, SpanName } from './span-names';

/**
 * Making spans. Without a provider (see tracing.ts) the API makes none: everything here then costs
 * next to nothing and changes nothing.
 */

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

export interface SpanOptions {
  /** Default: `internal`. */
  readonly kind?: keyof typeof kinds;
  readonly attributes?: SpanAttributes;
  /**
   * A `traceparent` that the span continues instead of the active span; one that is missing or
   * invalid begins a new trace.
   */
  readonly continues?: unknown;
  /** A `traceparent` of another trace that has to do with it. */
  readonly linkedTo?: string | undefined;
  /** When it began, in milliseconds since the epoch; default: now. */
  readonly startedAt?: number;
}

/** A span that is not the active one; whoever begins it ends it. */
export interface OpenSpan {
  /** For what continues it; undefined while nobody traces. */
  readonly traceparent: string | undefined;
  readonly span: Span;
  readonly context: Context;
}

const tracer = () => trace.getTracer('video-to-mp3');

export function beginSpan(name: SpanName, options: SpanOptions): OpenSpan {
  const { kind = 'internal', attributes, linkedTo, startedAt } = options;
  const parent = 'continues' in options ? remoteParent(options.continues) : context.active();
  const link = parseTraceparent(linkedTo);
  const span = tracer().startSpan(
    name,
    {
      kind: kinds[kind],
      ...(attributes === undefined ? {} : { attributes }),
      ...(startedAt === undefined ? {} : { startTime: startedAt }),
      ...(link === null ? {} : { links: [{ context: spanContext(link) }] }),
    },
    parent,
  );
  return { span, traceparent: traceparentOf(span), context: trace.setSpan(parent, span) };
}

/**
 * Does work in a span, which is active meanwhile: spans that it begins are children of this one.
 * What it throws marks the span as failed, with the error's class and not its text, which may name
 * a file or a person.
 */
export async function inSpan<Result>(
  name: SpanName,
  options: SpanOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const { span, context: own } = beginSpan(name, options);
  return context.with(own, async () => {
    try {
      return await work();
    } catch (error) {
      markFailed(span, errorType(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Adds to the active span, if there is one. */
export function noteOnSpan(attributes: SpanAttributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** Marks the active span as failed. */
export function failSpan(type?: string): void {
  const span = trace.getActiveSpan();
  if (span !== undefined) markFailed(span, type);
}

export function markFailed(span: Span, type?: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  if (type !== undefined) span.setAttributes({ 'error.type': type } satisfies SpanAttributes);
}

/** The active span as the parent of what another process does; undefined while nobody traces. */
export function activeTraceparent(): string | undefined {
  const span = trace.getActiveSpan();
  return span === undefined ? undefined : traceparentOf(span);
}

/** `error.type` of the conventions: the class, or the system's code where that says more. */
export function errorType(error: unknown): string {
  if (!Error.isError(error)) return typeof error;
  const generic = error.name === 'Error' || error.name === 'TypeError';
  return generic && 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function remoteParent(traceparent: unknown): Context {
  const parent = parseTraceparent(traceparent);
  if (parent === null) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...spanContext(parent), isRemote: true });
}

function spanContext({
  traceId,
  spanId,
  sampled,
}: NonNullable<ReturnType<typeof parseTraceparent>>) {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE };
}

/** Not of what the API hands out without a provider: it makes no span, it repeats the parent. */
function traceparentOf(span: Span): string | undefined {
  const { traceId, spanId, traceFlags, isRemote } = span.spanContext();
  if (isRemote === true || !trace.isSpanContextValid(span.spanContext())) return undefined;
  return formatTraceparent({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 });
}
