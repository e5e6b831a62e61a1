import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from './logger';

type Callback = Parameters<SpanExporter['export']>[1];

/** An exporter that says once when an outage of the collector begins, and once when it ends. */
export class ReportingExporter implements SpanExporter {
  #away = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly log: Logger,
  ) {}

  export(spans: ReadableSpan[], done: Callback): void {
    this.exporter.export(spans, (result) => {
      const failed = result.error !== undefined;
      if (failed && !this.#away) {
        this.log.warn(
          { err: result.error },
          'traces: the collector takes no spans; they are dropped until it does',
        );
      }
      if (!failed && this.#away) this.log.info('traces: the collector takes spans again');
      this.#away = failed;
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }
}
