import { formatTraceparent, parseTraceparent, validTraceparent } from './traceparent';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

it.each([
  ['recorded', `00-${traceId}-${spanId}-01`, { traceId, spanId, sampled: true }],
  ['not recorded', `00-${traceId}-${spanId}-00`, { traceId, spanId, sampled: false }],
  ['with flags of later', `00-${traceId}-${spanId}-ff`, { traceId, spanId, sampled: true }],
  ['of a later version', `cc-${traceId}-${spanId}-02-more`, { traceId, spanId, sampled: false }],
  ['of this version with more', `00-${traceId}-${spanId}-01-more`, null],
  ['of the version that is none', `ff-${traceId}-${spanId}-01`, null],
  ['of a trace of zeroes', `00-${'0'.repeat(32)}-${spanId}-01`, null],
  ['of a span of zeroes', `00-${traceId}-${'0'.repeat(16)}-01`, null],
  ['in capitals', `00-${traceId.toUpperCase()}-${spanId}-01`, null],
  ['of two lines', `00-${traceId}-${spanId}-01\n`, null],
  ['too short', `00-${traceId}-${spanId}`, null],
  ['of a number', 12, null],
  ['that is missing', undefined, null],
])('reads a traceparent %s', (_, header, expected) => {
  expect(parseTraceparent(header)).toEqual(expected);
});

it.each([true, false])('writes what it reads, sampled %p', (sampled) => {
  const parent = { traceId, spanId, sampled };
  expect(parseTraceparent(formatTraceparent(parent))).toEqual(parent);
});

it('hands on a valid one in the version that we know, and no other', () => {
  expect(validTraceparent(`cc-${traceId}-${spanId}-01-more`)).toBe(`00-${traceId}-${spanId}-01`);
  expect(validTraceparent(`${traceId}-${spanId}`)).toBeNull();
});
