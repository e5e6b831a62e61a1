import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { metricTable, type MetricDeclaration, type MetricName, type Service } from './metric-table';
import { productVersion } from './product-version';

type Table = typeof metricTable;
/** The labels of a metric and no other: `{}` alone would take any, which prom-client throws on. */
export type Labels<Name extends MetricName> = keyof Table[Name]['labels'] extends never
  ? Readonly<Record<string, never>>
  : { readonly [Label in keyof Table[Name]['labels']]: ValueOf<Table[Name]['labels'][Label]> };
type ValueOf<Values> = Values extends readonly (infer Value extends string)[] ? Value : never;
type AnyLabels = Readonly<Record<string, string>>;
type NamesOf<Type extends MetricDeclaration['type']> = {
  [Name in MetricName]: Table[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** Series beyond which a metric does not start at zero; only those by HTTP route have more. */
const mostAtZero = 40;

/**
 * One process' metrics. Counters and histograms of this service are there from the start, at zero:
 * Prometheus sees no increase in a series that begins with 1. A gauge appears once it is first set.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #beforeScrape: (() => void | Promise<void>)[] = [];

  constructor(service: Service) {
    for (const [name, declaration] of Object.entries(metricTable)) {
      if ((declaration.services as readonly Service[]).includes(service)) {
        this.#startAtZero(name as MetricName, declaration);
      }
    }
  }

  /** Adds the version, and Node's own metrics (event-loop lag, memory, CPU). */
  collectRuntime(): void {
    collectDefaultMetrics({ register: this.registry });
    this.set('build_info', { version: productVersion }, 1);
  }

  /** Calls `refresh` before each scrape, to set a gauge that nothing else keeps up to date. */
  onScrape(refresh: () => void | Promise<void>): void {
    this.#beforeScrape.push(refresh);
  }

  /** What `/metrics` answers (Prometheus text format). */
  async text(): Promise<string> {
    await Promise.all(this.#beforeScrape.map(async (refresh) => refresh()));
    return this.registry.metrics();
  }

  count<Name extends NamesOf<'counter'>>(name: Name, labels: Labels<Name>, by = 1): void {
    this.#counter(name).inc(labels as AnyLabels, by);
  }

  set<Name extends NamesOf<'gauge'>>(name: Name, labels: Labels<Name>, value: number): void {
    this.#gauge(name).set(labels as AnyLabels, value);
  }

  add<Name extends NamesOf<'gauge'>>(name: Name, labels: Labels<Name>, by: number): void {
    this.#gauge(name).inc(labels as AnyLabels, by);
  }

  observe<Name extends NamesOf<'histogram'>>(
    name: Name,
    labels: Labels<Name>,
    value: number,
  ): void {
    this.#histogram(name).observe(labels as AnyLabels, value);
  }

  #startAtZero(name: MetricName, declaration: MetricDeclaration): void {
    const series = seriesOf(declaration);
    if (series.length > mostAtZero) return;
    switch (declaration.type) {
      case 'counter':
        for (const labels of series) this.#counter(name).inc(labels, 0);
        return;
      case 'histogram':
        for (const labels of series) this.#histogram(name).zero(labels);
        return;
      case 'gauge':
        return;
      default:
        declaration.type satisfies never;
    }
  }

  #counter(name: MetricName): Counter {
    return made(this.#counters, name, () => new Counter(this.#options(name)));
  }

  #gauge(name: MetricName): Gauge {
    return made(this.#gauges, name, () => new Gauge(this.#options(name)));
  }

  #histogram(name: MetricName): Histogram {
    const { buckets = [] }: MetricDeclaration = metricTable[name];
    return made(
      this.#histograms,
      name,
      () => new Histogram({ ...this.#options(name), buckets: [...buckets] }),
    );
  }

  #options(name: MetricName) {
    const { help, labels } = metricTable[name];
    return { name, help, labelNames: Object.keys(labels), registers: [this.registry] };
  }
}

/** Every combination of label values that a metric may have. */
export function seriesOf({ labels }: MetricDeclaration): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (series, [label, values]) =>
      series.flatMap((before) => values.map((value) => ({ ...before, [label]: value }))),
    [{}],
  );
}

function made<Instrument>(
  known: Map<string, Instrument>,
  name: string,
  make: () => Instrument,
): Instrument {
  const instrument = known.get(name) ?? make();
  known.set(name, instrument);
  return instrument;
}
