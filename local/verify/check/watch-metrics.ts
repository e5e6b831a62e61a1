import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '../../../observability/metric-table';
import type { StackConfig } from '../../stack-config';
import { secondConverterPort } from '../stack/processes';
import { MetricCoverage } from './metric-coverage';
import { readExposition } from './prometheus-text';

const everyMs = 4_000;

/** Reads every process' `/metrics` now and then. @returns ends it, with what was seen */
export function watchMetrics(config: StackConfig): () => Promise<MetricCoverage> {
  const ended = new AbortController();
  const coverage = new MetricCoverage();
  const { ports } = config;
  const addresses: readonly (readonly [Service, number])[] = [
    ['gateway', ports.gatewayAdmin],
    ['auth', ports.authAdmin],
    ['converter', ports.converterAdmin],
    ['converter', secondConverterPort(config)],
    ['notification', ports.notificationAdmin],
    ['relay', ports.relayAdmin],
  ];
  const watching = (async () => {
    while (!ended.signal.aborted) {
      for (const [service, port] of addresses) {
        const text = await metricsOf(port);
        if (text !== undefined) coverage.add(service, readExposition(text));
      }
      await delay(everyMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    ended.abort();
    await watching;
    return coverage;
  };
}

/** Undefined while the process is away, as many are in such a run. */
async function metricsOf(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
      signal: AbortSignal.timeout(3_000),
    });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}
