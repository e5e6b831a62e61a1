import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { hostname } from 'node:os';
import type { Logger } from './logger';
import type { Service } from './metric-table';
import { productVersion } from './product-version';
import { ReportingExporter } from './reporting-exporter';
import { goodbyeMs, within } from './within';

/** How long a finished span waits for others to be sent with, in milliseconds. */
const batchMs = 1_000;

/**
 * Makes this process' spans real and sends them by OTLP over HTTP, as JSON. The exporter reads the
 * standard's other variables by itself (`OTEL_EXPORTER_OTLP_HEADERS`, `…_TIMEOUT`, …).
 *
 * Sent in the background, one batch at a time; while the collector is away or slow 2,048 spans wait
 * at most, and further ones are dropped.
 */
export function exportTraces(service: Service, endpoint: string, log: Logger) {
  const exporter = new ReportingExporter(
    new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }),
    log,
  );
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'video-to-mp3',
      'service.version': productVersion,
      'service.instance.id': `${hostname()}:${process.pid}`,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: batchMs })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  log.info({ endpoint: new URL(endpoint).origin }, 'traces are exported');
  return {
    async stop() {
      const sending = provider.shutdown().catch(() => undefined); // The exporter has said so.
      await within(goodbyeMs, 'sending the last spans', log, sending);
      trace.disable();
      context.disable();
    },
  };
}
