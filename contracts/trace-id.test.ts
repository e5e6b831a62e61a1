import { newTraceId, traceIdIn, traceIdOf } from './trace-id';

const id = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';

it.each([
  ['of the specification', `00-${id}-${parent}-01`, id],
  ['not sampled', `00-${id}-${parent}-00`, id],
  ['of a later version with more behind it', `cc-${id}-${parent}-01-what-the-future-brings`, id],
  ['of this version with more behind it', `00-${id}-${parent}-01-more`, null],
  ['of the version that is none', `ff-${id}-${parent}-01`, null],
  ['of zeroes', `00-${'0'.repeat(32)}-${parent}-01`, null],
  ['with a parent of zeroes', `00-${id}-${'0'.repeat(16)}-01`, null],
  ['in capitals', `00-${id.toUpperCase()}-${parent}-01`, null],
  ['too short', `00-${id.slice(1)}-${parent}-01`, null],
  ['of two lines', `00-${id}-${parent}-01\n`, null],
  ['empty', '', null],
  ['missing', undefined, null],
])('a traceparent %s', (_, traceparent, expected) => {
  expect(traceIdOf(traceparent)).toBe(expected);
});

it.each([
  [id, id],
  ['0'.repeat(32), null],
  [`${id}0`, null],
  [12, null],
  [undefined, null],
])('a header of %p carries %p', (header, expected) => {
  expect(traceIdIn(header)).toBe(expected);
});

it('makes ids that are valid and different', () => {
  const ids = Array.from({ length: 100 }, newTraceId);
  expect(new Set(ids).size).toBe(100);
  expect(ids.map(traceIdIn)).toEqual(ids);
});
