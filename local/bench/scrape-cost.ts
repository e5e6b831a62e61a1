import { setTimeout as delay } from 'node:timers/promises';
import type { StackConfig } from '../stack-config';
import { median } from './median-ms';
import { readCpuSeconds } from './scrape-cpu';
import { pidOf, scrapeOnce, type ScrapeTarget } from './scrape-targets';

/** How often Prometheus asks, as it is configured for compose and clusters. */
export const everyS = 15;

export interface ScrapeCost {
  readonly job: string;
  readonly series: number;
  /** CPU time of the process that answers. */
  readonly msPerScrape: number;
  /** Of one core, at one scrape every {@link everyS} seconds. */
  readonly percentOfCore: number;
}

export interface Sampling {
  /** Times that a while with scrapes and one as long without are compared. */
  readonly rounds: number;
  readonly scrapesPerRound: number;
  readonly pauseMs: number;
}

/** CPU time of one process in a while with scrapes, and in one as long without. */
export interface Round {
  readonly idleSeconds: number;
  readonly scrapedSeconds: number;
}

/**
 * Milliseconds of CPU time for one scrape. The median of the rounds: now and then the relay and the
 * broker have work of their own that costs more than all scrapes of a round.
 */
export function costOf(rounds: readonly Round[], scrapesPerRound: number): number {
  const extras = rounds.map(({ idleSeconds, scrapedSeconds }) => scrapedSeconds - idleSeconds);
  return (median(extras) / scrapesPerRound) * 1_000;
}

/**
 * What answering costs each target beyond what it does anyway. Targets of different processes are
 * asked in the same while; those of one process one after the other, or nobody could tell them apart.
 */
export async function measureScrapes(
  config: StackConfig,
  targets: readonly ScrapeTarget[],
  sampling: Sampling,
): Promise<ScrapeCost[]> {
  const asked = targets.map((target) => ({ target, pid: pidOf(config, target), series: 0 }));
  const rounds = asked.map((): Round[] => []);
  for (const one of asked) one.series = await scrapeOnce(one.target);
  for (let round = 0; round < sampling.rounds; round += 1) {
    const idle = await spend(asked, [], sampling);
    for (const group of apart(asked)) {
      const scraped = await spend(asked, group, sampling);
      for (const one of group) {
        const at = asked.indexOf(one);
        const [idleSeconds = 0, scrapedSeconds = 0] = [idle[at], scraped[at]];
        rounds[at]?.push({ idleSeconds, scrapedSeconds });
      }
    }
  }
  return asked.map(({ target: { job }, series }, at) => {
    const msPerScrape = costOf(rounds[at] ?? [], sampling.scrapesPerRound);
    return { job, series, msPerScrape, percentOfCore: msPerScrape / everyS / 10 };
  });
}

interface Asked {
  readonly target: ScrapeTarget;
  readonly pid: number;
}

/** @returns CPU seconds of each process in a while of always the same length */
async function spend(
  all: readonly Asked[],
  scraped: readonly Asked[],
  { scrapesPerRound, pauseMs }: Sampling,
): Promise<number[]> {
  const before = all.map(({ pid }) => readCpuSeconds(pid));
  const beganMs = performance.now();
  for (let index = 1; index <= scrapesPerRound; index += 1) {
    await Promise.all(scraped.map(({ target }) => scrapeOnce(target)));
    await delay(Math.max(0, beganMs + index * pauseMs - performance.now()));
  }
  return all.map(({ pid }, at) => readCpuSeconds(pid) - (before[at] ?? 0));
}

/** Groups in which no process stands twice. */
function apart<One extends Asked>(asked: readonly One[]): One[][] {
  const groups: One[][] = [];
  for (const one of asked) {
    const group = groups.find((others) => others.every(({ pid }) => pid !== one.pid));
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  return groups;
}
