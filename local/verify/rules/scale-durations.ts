/** A minute lasts a second, so that an alert which waits for ten minutes fires within a run. */
const timesFaster = 60;

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/**
 * Divides a duration as Prometheus writes it (`1h30m`) by sixty.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations
 * @throws Error where it is none
 */
export function scaleDuration(duration: string): string {
  if (duration === '0') return '0s';
  if (!/^(\d+(ms|[smhdwy]))+$/.test(duration)) {
    throw new Error(`expected a duration such as 5m or 1h30m, got "${duration}"`);
  }
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)];
  const totalMs = parts.reduce((sum, [, count, unit]) => {
    return sum + Number(count) * (unitMs[unit ?? ''] ?? Number.NaN);
  }, 0);
  const scaledMs = Math.round(totalMs / timesFaster);
  return scaledMs % 1_000 === 0 ? `${scaledMs / 1_000}s` : `${scaledMs}ms`;
}

/**
 * Divides every duration of an expression (ranges, subqueries, offsets) by sixty. Numbers stay as
 * they are: thresholds are what is verified. So do names (`…:rate5m`) and strings.
 */
export function scaleExpression(expression: string): string {
  return expression.replace(
    // A string in one of the three quotes, a comment, or a duration that is part of no name; a
    // subquery has two, `[1h:1m]`.
    /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*|(?<![\w.:$])(?:\d+(?:ms|[smhdwy]))+(?![\w])(?::(?:\d+(?:ms|[smhdwy]))+)?/g,
    (found) => (/^\d/.test(found) ? found.split(':').map(scaleDuration).join(':') : found),
  );
}
