import { scrapeTargets } from '../../observability/prometheus/scrapes';
import { services } from '../../observability/metric-table';
import { findDaemon } from '../daemon/supervisor';
import { scrapeAddresses } from '../servers/prometheus';
import type { StackConfig } from '../stack-config';

/** What Prometheus asks one process for. */
export interface ScrapeTarget {
  readonly job: string;
  /** The process that answers. */
  readonly daemon: string;
  readonly url: string;
}

/** What 2.42 sends. */
const headers = {
  accept:
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'accept-encoding': 'gzip',
};

/** The product's processes, and the two endpoints of RabbitMQ, as the stack's Prometheus asks. */
export function findTargets(config: StackConfig): ScrapeTarget[] {
  const addresses = scrapeAddresses(config);
  return scrapeTargets('bench', addresses).flatMap(({ job_name: job, metrics_path, params }) => {
    const daemon = [...services, 'rabbitmq' as const].find((name) => job.startsWith(name));
    if (daemon === undefined) return [];
    const url = new URL(metrics_path ?? '/metrics', `http://${addresses[daemon]}`);
    for (const [name, values] of Object.entries(params ?? {})) {
      for (const value of values) url.searchParams.append(name, value);
    }
    return [{ job, daemon, url: url.href }];
  });
}

/** @throws Error when it does not run */
export function pidOf(config: StackConfig, { daemon }: ScrapeTarget): number {
  const running = findDaemon(config, daemon);
  if (running === undefined) throw new Error(`${daemon} does not run`);
  return running.pid;
}

/** @returns how many series there were. @throws Error unless it answers with some */
export async function scrapeOnce({ job, url }: ScrapeTarget): Promise<number> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  const series = text.split('\n').filter((line) => /^[a-z]/.test(line)).length;
  if (response.ok && series > 0) return series;
  throw new Error(`${job} answered ${response.status} to ${url} with ${series} series`);
}
