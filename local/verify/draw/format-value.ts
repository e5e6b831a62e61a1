import type { Unit } from '../../../observability/dashboards/panel';

const binaryPrefixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];
const shortPrefixes = ['', ' K', ' Mil', ' Bil', ' Tri'];

/** Longest first; a number of seconds is shown in the largest of which there is at least one. */
const timeUnits = [
  { seconds: 86_400, name: 'day', plural: 'days' },
  { seconds: 3_600, name: 'hour', plural: 'hours' },
  { seconds: 60, name: 'min', plural: 'min' },
  { seconds: 1, name: 's', plural: 's' },
  { seconds: 1e-3, name: 'ms', plural: 'ms' },
  { seconds: 1e-6, name: 'µs', plural: 'µs' },
] as const;

/**
 * A number as Grafana writes it in one of the units that our dashboards use.
 *
 * @throws Error for a unit that is none of these
 */
export function formatValue(value: number, unit: string): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const known = unit as Unit;
  switch (known) {
    case 'short':
      return scaled(value, 1_000, shortPrefixes, '');
    case 's':
      return seconds(value);
    case 'percentunit':
      return `${rounded(value * 100)}%`;
    case 'bytes':
      return scaled(value, 1_024, binaryPrefixes, 'B', ' ');
    case 'binBps':
      return scaled(value, 1_024, binaryPrefixes, 'B/s', ' ');
    case 'reqps':
      return `${rounded(value)} req/s`;
    case 'suffix:/min':
    case 'suffix:×':
    case 'suffix:cores':
      return `${rounded(value)} ${known.slice('suffix:'.length)}`;
    default:
      known satisfies never;
      throw new Error(`the unit "${unit}" cannot be drawn`);
  }
}

function scaled(
  value: number,
  base: number,
  prefixes: readonly string[],
  unit: string,
  gap = '',
): string {
  let size = 0;
  let left = value;
  while (Math.abs(left) >= base && size < prefixes.length - 1) {
    left /= base;
    size += 1;
  }
  return `${rounded(left)}${gap}${prefixes[size] ?? ''}${unit}`;
}

function seconds(value: number): string {
  if (value === 0) return '0 s';
  const unit =
    timeUnits.find(({ seconds: size }) => Math.abs(value) >= size) ??
    timeUnits[timeUnits.length - 1];
  if (unit === undefined) return `${value} s`;
  const count = rounded(value / unit.seconds);
  return `${count} ${count === '1' ? unit.name : unit.plural}`;
}

/** Three significant digits at most; nobody reads more off a dashboard. */
function rounded(value: number): string {
  const size = Math.abs(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(value.toFixed(decimals)));
}
