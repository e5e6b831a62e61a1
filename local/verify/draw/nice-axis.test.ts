import { niceAxis } from './nice-axis';

test.each([
  ['counts have whole ticks', 3, 'short', [0, 1, 2, 3, 4]],
  ['nothing has an axis all the same', 0, 'short', [0, 1]],
  ['time has ticks of minutes', 200, 's', [0, 60, 120, 180, 240]],
  [
    'bytes have ticks of their prefix',
    200 * 1024 ** 2,
    'bytes',
    [0, 64, 128, 192, 256].map((mib) => mib * 1024 ** 2),
  ],
])('%s', (_, highest, unit, ticks) => {
  expect(niceAxis(highest, { unit, max: undefined }, 150).ticks).toEqual(ticks);
});

test('the maximum of the panel is the end of the axis', () => {
  const { max, ticks } = niceAxis(0.4, { unit: 'percentunit', max: 1 }, 150);
  expect(max).toBe(1);
  expect(ticks.at(-1)).toBeLessThanOrEqual(1);
});
