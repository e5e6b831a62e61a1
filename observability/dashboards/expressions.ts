/** What every query is narrowed to. */
export const here = 'namespace=~"$namespace"';
export const hereAndQueue = `${here},queue=~"$queue"`;

/** The quantile of a histogram by labels, of what was observed within the rate interval. */
export function quantile(
  q: number,
  histogram: string,
  selector: string,
  by: readonly string[] = [],
): string {
  const labels = ['le', ...by].join(', ');
  return `histogram_quantile(${q.toString()}, sum by (${labels}) (rate(${histogram}_bucket{${selector}}[$__rate_interval])))`;
}

/** Per minute: jobs and mails are too rare for a number per second to mean anything. */
export function perMinute(counter: string, selector: string, by: readonly string[]): string {
  return `60 * sum by (${by.join(', ')}) (rate(${counter}{${selector}}[$__rate_interval]))`;
}

/**
 * How often within the time range that the dashboard shows; whole, because an increase is
 * extrapolated to the ends of its range (prometheus.io/docs, "increase").
 */
export function inTheRange(counter: string, selector: string, by: readonly string[]): string {
  return `round(sum by (${by.join(', ')}) (increase(${counter}{${selector}}[$__range])))`;
}
