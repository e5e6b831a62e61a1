import { vhostOf } from './vhost-of';

test.each([
  ['amqp://host', '/'],
  ['amqp://host/', '/'],
  ['amqp://user:p%2Fw@host:5672/%2F', '/'],
  ['amqps://host/shop?heartbeat=5', 'shop'],
  ['amqp://host/a%2Fb', 'a/b'],
])('the virtual host of %s is %s', (url, vhost) => {
  expect(vhostOf(url)).toBe(vhost);
});
