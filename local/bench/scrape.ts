import Table from 'cli-table3';
import { defaultDatabases } from '../../contracts/gridfs';
import { stopDaemon } from '../daemon/supervisor';
import { startProduct } from '../e2e/product';
import { createProductProcess } from '../processes/product-process';
import { amqpUrl } from '../servers/rabbitmq-urls';
import { everyS, measureScrapes, type Sampling, type ScrapeCost } from './scrape-cost';
import { queueJobs } from './scrape-jobs';
import { findTargets } from './scrape-targets';

/** Slower than the fastest that a person would set, faster than anybody wants to wait. */
const sampling: Sampling = { rounds: 11, scrapesPerRound: 20, pauseMs: 200 };

/** All targets together, at one scrape every 15 s. */
const mostPercent = 1;
/** What queued jobs may add; less than this two runs without any differ by. */
const mostDifferencePercent = 0.1;

export interface ScrapeResult {
  readonly queuedJobs: number;
  readonly everyS: number;
  readonly rows: readonly {
    readonly job: string;
    readonly empty: ScrapeCost;
    /** Null for the converter, which would take the jobs. */
    readonly queued: ScrapeCost | null;
  }[];
  /** Percent of one core, everything together. */
  readonly totalPercent: number;
  /** The same of those that run in both cases. */
  readonly comparedPercent: { readonly empty: number; readonly queued: number };
  readonly mostPercent: number;
  readonly mostDifferencePercent: number;
  readonly held: boolean;
}

/**
 * Measures what it costs the product and the broker to be scraped, with an empty queue and with jobs
 * waiting that nobody takes.
 *
 * @param progress Told what happens now.
 */
export async function benchScrape(
  queuedJobs: number,
  progress: (line: string) => void,
): Promise<ScrapeResult> {
  progress('starting the product on servers of its own');
  const product = await startProduct();
  try {
    const { config } = product.stack;
    const targets = findTargets(config);
    progress('scraping with an empty queue');
    const empty = await measureScrapes(config, targets, sampling);

    progress(`putting ${queuedJobs} jobs on record and into the queue, without a converter`);
    await stopDaemon(config, createProductProcess(config, 'converter'));
    await queueJobs(product.mongo.db(defaultDatabases.jobs), amqpUrl(config), queuedJobs);
    progress('scraping with a full queue');
    const left = targets.filter(({ job }) => job !== 'converter');
    return compare(queuedJobs, empty, await measureScrapes(config, left, sampling));
  } finally {
    progress('taking everything down');
    await product.close();
  }
}

export function compare(
  queuedJobs: number,
  empty: readonly ScrapeCost[],
  queued: readonly ScrapeCost[],
): ScrapeResult {
  const rows = empty.map((cost) => ({
    job: cost.job,
    empty: cost,
    queued: queued.find(({ job }) => job === cost.job) ?? null,
  }));
  const both = rows.filter((row) => row.queued !== null);
  const comparedPercent = { empty: sum(both.map((row) => row.empty)), queued: sum(queued) };
  // The dearer case of each: the promise is about every case.
  const totalPercent = Math.max(
    sum(empty),
    comparedPercent.queued + sum(empty) - comparedPercent.empty,
  );
  const difference = comparedPercent.queued - comparedPercent.empty;
  const held = totalPercent < mostPercent && difference <= mostDifferencePercent;
  const limits = { mostPercent, mostDifferencePercent };
  return { queuedJobs, everyS, rows, totalPercent, comparedPercent, ...limits, held };
}

/** One that is lost in the noise takes nothing off the others. */
const sum = (costs: readonly ScrapeCost[]) =>
  costs.reduce((total, { percentOfCore }) => total + Math.max(0, percentOfCore), 0);

export function scrapeTable(result: ScrapeResult, color: boolean): string {
  const { queuedJobs, rows, totalPercent, comparedPercent, held } = result;
  const style = color ? {} : { style: { head: [], border: [] } };
  const queue = (what: string) => [`${what}, empty`, `${queuedJobs} queued`];
  const head = ['job', 'series', ...queue('ms a scrape'), ...queue('% of a core'), 'ratio'];
  const table = new Table({ head, ...style });
  for (const { job, empty, queued } of rows) {
    table.push([
      job,
      queued?.series ?? empty.series,
      empty.msPerScrape.toFixed(2),
      queued?.msPerScrape.toFixed(2) ?? 'stopped',
      empty.percentOfCore.toFixed(4),
      queued?.percentOfCore.toFixed(4) ?? 'stopped',
      queued === null ? '' : ratio(queued.msPerScrape, empty.msPerScrape),
    ]);
  }
  const { empty, queued } = comparedPercent;
  const both = [empty.toFixed(4), queued.toFixed(4), ratio(queued, empty)];
  table.push(['all but the converter', '', '', '', ...both]);
  return [
    `one scrape of each every ${result.everyS} s: ${totalPercent.toFixed(3)} % of a core`,
    table.toString(),
    `under ${result.mostPercent} %, and at most ${result.mostDifferencePercent} % more with ${queuedJobs} jobs queued: ${held ? 'held' : 'NOT held'}`,
  ].join('\n');
}

/** Of two measurements; nothing where one is lost in the noise. */
function ratio(one: number, other: number): string {
  return one > 0 && other > 0 ? (one / other).toFixed(2) : '';
}
