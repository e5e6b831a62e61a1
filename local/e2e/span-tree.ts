import type { ReceivedSpan } from './otlp-receiver';

/** Attributes that the tree shows, in this order. */
const shown = [
  'http.response.status_code',
  'job.attempt',
  'delivery.outcome',
  'step.result',
  'dead_letter.replay',
  'error.type',
];

/**
 * A trace as people read it: a line for each span, indented below its parent, in the order in which
 * they began. `!` marks a failed span, `->` what it is linked to.
 *
 * @param all Every span there is, for the names of what is linked.
 */
export function spanTree(traceId: string, all: readonly ReceivedSpan[]): string[] {
  const spans = all
    .filter((span) => span.traceId === traceId)
    .toSorted((one, other) => Number(one.startTimeUnixNano - other.startTimeUnixNano));
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string | undefined, indent: string): string[] =>
    spans
      .filter(({ parentSpanId = '' }) =>
        // A caller's own span is not ours to receive: what hangs on it is the root.
        parent === undefined ? !ids.has(parentSpanId) : parentSpanId === parent,
      )
      .flatMap((span) => [`${indent}${describe(span, all)}`, ...below(span.spanId, `${indent}  `)]);
  return below(undefined, '');
}

function describe(span: ReceivedSpan, all: readonly ReceivedSpan[]): string {
  const { service, name, attributes, status, links } = span;
  const facts = shown.flatMap((key) => attributes[key] ?? []).join(' ');
  const linked = links.map((link) => {
    const to = all.find(({ spanId }) => spanId === link.spanId);
    return ` -> ${to?.service} ${to?.name}`;
  });
  return `${service} ${name}${facts && ` (${facts})`}${status.code === 2 ? ' !' : ''}${linked.join('')}`;
}
