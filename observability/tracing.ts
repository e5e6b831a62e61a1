import type { Service } from './metric-table';
import type { Logger } from './logger';

export interface Tracing {
  /** Sends what was not sent yet, within a limit. */
  readonly stop: () => Promise<void>;
}

/** Where traces go to, if anywhere. */
export interface TracingConfig {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector's base URL; undefined: nobody traces. */
  readonly otlpEndpoint: string | undefined;
}

/**
 * Starts tracing in this process where that is wanted; see spans.ts for making spans. The SDK is
 * loaded only then: nobody else pays its start and memory.
 */
export async function startTracing(
  service: Service,
  { otlpEndpoint }: TracingConfig,
  log: Logger,
): Promise<Tracing> {
  if (otlpEndpoint === undefined) return { stop: () => Promise.resolve() };
  const { exportTraces } = await import('./export-traces.js');
  return exportTraces(service, otlpEndpoint, log);
}
