import { units } from '../../../observability/dashboards/panel';
import { formatValue } from './format-value';

test.each([
  [0, 'short', '0'],
  [12, 'short', '12'],
  [1_234, 'short', '1.23 K'],
  [2.5e6, 'short', '2.5 Mil'],
  [0, 's', '0 s'],
  [0.0042, 's', '4.2 ms'],
  [59, 's', '59 s'],
  [1_800, 's', '30 min'],
  [3_600, 's', '1 hour'],
  [100_000, 's', '1.16 days'],
  [0.995, 'percentunit', '99.5%'],
  [1_536, 'bytes', '1.5 KiB'],
  [10, 'binBps', '10 B/s'],
  [0.25, 'reqps', '0.25 req/s'],
  [3, 'suffix:/min', '3 /min'],
  [95.31, 'suffix:×', '95.3 ×'],
  [Infinity, 's', '∞'],
  [NaN, 's', 'NaN'],
])('%d as %s is "%s"', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

test('knows every unit that the dashboards may have, and no other', () => {
  for (const unit of units) expect(formatValue(1, unit)).not.toBe('');
  expect(() => formatValue(1, 'furlongs')).toThrow('"furlongs"');
});
