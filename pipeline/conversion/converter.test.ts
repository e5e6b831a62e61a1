import { pino } from 'pino';
import { PublishFailed } from '../../contracts/broker/confirmed-publisher';
import { headerNames } from '../../contracts/headers';
import { DependencyUnavailable } from '../../observability/breaker';
import type { Delivery } from '../deliveries/delivery';
import { Converter } from './converter';
import type { ConverterDeps } from './converter-deps';
import { ClaimUnanswered, type Claims } from './job-claims';

const delivery: Delivery = {
  queue: 'video',
  body: Buffer.from(JSON.stringify({ video_fid: 'a'.repeat(24), username: 'a@example.com' })),
  messageId: 'm',
  headers: {},
  redelivered: false,
  traceId: 'ab'.repeat(16),
  traceparent: null,
};

it.each([
  ['an outage', new DependencyUnavailable('jobs', 'down'), 'warn', 'dependency'],
  ['a silent broker', new PublishFailed('mp3', 'unknown', 'timeout'), 'warn', 'broker'],
  ['a defect', new TypeError('x is not a function'), 'error', 'unforeseen'],
  ['a broken pipe', Object.assign(new Error('EIO'), { code: 'EIO' }), 'error', 'unforeseen'],
] as const)('defers when the record cannot be read for %s', async (_, thrown, level, reason) => {
  const levels: string[] = [];
  const log = pino(
    { formatters: { level: (label) => ({ level: label }) } },
    { write: (line) => levels.push((JSON.parse(line) as { level: string }).level) },
  );
  const claims: Partial<Claims> = { ensure: () => Promise.reject(thrown) };
  const converter = new Converter({
    claims,
    maxAttempts: 1,
  } as Partial<ConverterDeps> as ConverterDeps);
  const outcome = await converter.convert(delivery, new AbortController().signal, log);
  expect(outcome).toEqual({ kind: 'defer', reason, why: thrown.message });
  expect(levels).toEqual([level]);
});

const away = new DependencyUnavailable('jobs', 'down');

it.each([
  [{}, 'the-token'],
  // What stands on the record for sure, unless the claim was taken after all.
  [{ [headerNames.unreleasedClaim]: 'an older one' }, undefined],
])('hands on a claim that MongoDB did not answer: headers %j', async (headers, token) => {
  const claims: Partial<Claims> = {
    ensure: () => Promise.resolve('id'),
    claim: () => Promise.reject(new ClaimUnanswered('the-token', away)),
  };
  const converter = new Converter({
    claims,
    maxAttempts: 1,
  } as Partial<ConverterDeps> as ConverterDeps);
  const log = pino({ level: 'silent' });
  const { signal } = new AbortController();
  const outcome = await converter.convert({ ...delivery, headers }, signal, log);
  expect(outcome).toEqual({
    kind: 'defer',
    reason: 'dependency',
    why: away.message,
    unreleasedClaim: token,
  });
});
