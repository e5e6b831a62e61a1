import {
  metricTable,
  services,
  type MetricDeclaration,
  type Service,
} from '../../../observability/metric-table';
import type { Exposition } from './prometheus-text';

/** What prom-client itself adds to every process. */
const runtime = /^(process|nodejs)_/;

const table: Readonly<Record<string, MetricDeclaration>> = metricTable;

/**
 * What the processes' `/metrics` said over a run, held against the table: each metric at each
 * service that sets it, and nothing beside it.
 */
export class MetricCoverage {
  readonly #seen = new Map<Service, Set<string>>();
  readonly #strangers = new Set<string>();

  add(service: Service, { declared, series }: Exposition): void {
    const seen = this.#seen.get(service) ?? new Set<string>();
    this.#seen.set(service, seen);
    for (const name of declared) {
      seen.add(name);
      if (!Object.hasOwn(table, name) && !runtime.test(name)) {
        this.#strangers.add(`${service}: ${name} is not in the table`);
      }
    }
    for (const { name, labels } of series) {
      if (runtime.test(name)) continue;
      const found = declarationOf(name);
      if (found === undefined) {
        this.#strangers.add(`${service}: ${name} is not in the table`);
        continue;
      }
      for (const [label, value] of Object.entries(labels)) {
        if (found.type === 'histogram' && label === 'le') continue;
        const values = found.labels[label];
        if (values?.includes(value) === true) continue;
        this.#strangers.add(`${service}: ${name}{${label}="${value}"} is not in the table`);
      }
    }
  }

  /** Metrics that a service should have shown and did not, and what it showed beside the table. */
  problems(): string[] {
    const missing = services.flatMap((service) =>
      Object.entries(table)
        .filter(([name, declaration]) => {
          const seen = this.#seen.get(service)?.has(name) === true;
          return declaration.services.includes(service) && !seen;
        })
        .map(([name]) => `${service}: ${name} was never on /metrics`),
    );
    return [...missing, ...this.#strangers];
  }

  /** Metrics of the table, once for each service that sets it. */
  static get expected(): number {
    return Object.values(table).reduce((sum, { services }) => sum + services.length, 0);
  }
}

/** Histograms have series of three names. */
function declarationOf(name: string): MetricDeclaration | undefined {
  const found = table[name];
  if (found !== undefined) return found;
  const histogram = table[name.replace(/_(bucket|sum|count)$/, '')];
  return histogram?.type === 'histogram' ? histogram : undefined;
}
