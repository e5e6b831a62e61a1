import { substituteVariables } from './substitute-variables';

const variables = { namespace: ['local'], queue: ['video', 'mp3.x'], __rate_interval: '10s' };

test.each([
  ['one value', 'up{namespace=~"$namespace"}', 'up{namespace=~"local"}'],
  ['several values', 'up{queue=~"${queue}"}', String.raw`up{queue=~"(video|mp3\\.x)"}`],
  ['a format', 'up{queue=~"${queue:pipe}"}', 'up{queue=~"video|mp3.x"}'],
  ['old brackets', 'up{namespace="[[namespace]]"}', 'up{namespace="local"}'],
  ["Grafana's own", 'rate(a[$__rate_interval])', 'rate(a[10s])'],
])('puts in %s', (_, expression, expected) => {
  expect(substituteVariables(expression, variables)).toBe(expected);
});

test('names a variable that has no value', () => {
  expect(() => substituteVariables('up{pod="$pod"}', variables)).toThrow('"$pod"');
});
