import { scaleDuration, scaleExpression } from './scale-durations';

describe('a minute as a second', () => {
  test.each([
    ['1m', '1s'],
    ['30s', '500ms'],
    ['1h30m', '90s'],
    ['1d', '1440s'],
    ['0', '0s'],
    ['0s', '0s'],
    ['15s', '250ms'],
  ])('%s lasts %s', (duration, scaled) => {
    expect(scaleDuration(duration)).toBe(scaled);
  });

  test.each(['', '5', 'm', '5x', '-5m'])('refuses "%s"', (duration) => {
    expect(() => scaleDuration(duration)).toThrow('expected a duration');
  });

  test('scales ranges, subqueries and offsets', () => {
    expect(scaleExpression('rate(a[5m]) / max_over_time(b[1h:1m] offset 10m)')).toBe(
      'rate(a[5s]) / max_over_time(b[60s:1s] offset 10s)',
    );
  });

  test.each([
    ['thresholds', 'oldest_waiting_seconds > 1800 and x > 5e3 and y < 0.05'],
    ['names', 'queue:settled:rate5m and slo:errors:ratio_rate1h and x5m'],
    ['labels and strings', `a{tier="10m", b='1h', c=~\`5m|1h\`, d="\\"5m"}`],
    ['comments', 'a # over 5m\n> 1'],
    ['variables', 'rate(a[$__5m])'],
  ])('leaves %s alone', (_, expression) => {
    expect(scaleExpression(expression)).toBe(expression);
  });
});
