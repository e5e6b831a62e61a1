import { z } from 'zod';

const targetsSchema = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({
        scrapePool: z.string(),
        scrapeUrl: z.string(),
        health: z.string(),
        lastError: z.string(),
      }),
    ),
  }),
});
const configSchema = z.object({ data: z.object({ yaml: z.string() }) });

export interface ScrapeTargets {
  /** How many are up, by job; a job without any target is there with 0. */
  readonly up: ReadonlyMap<string, number>;
  /** What is not up, with the reason. */
  readonly down: readonly string[];
}

/**
 * What Prometheus sees (prometheus.io/docs/prometheus/latest/querying/api).
 *
 * @param url ends without a slash
 */
export async function scrapeTargets(url: string, signal: AbortSignal): Promise<ScrapeTargets> {
  const { activeTargets } = targetsSchema.parse(await get(`${url}/api/v1/targets`, signal)).data;
  const { yaml } = configSchema.parse(await get(`${url}/api/v1/status/config`, signal)).data;
  const up = new Map([...yaml.matchAll(/job_name: (\S+)/g)].map(([, job = '']) => [job, 0]));
  const down: string[] = [];
  for (const { scrapePool, scrapeUrl, health, lastError } of activeTargets) {
    if (health === 'up') up.set(scrapePool, (up.get(scrapePool) ?? 0) + 1);
    else down.push(`${scrapePool} ${scrapeUrl}: ${health} ${lastError}`);
  }
  return { up, down };
}

async function get(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}
