import { isNewEnough } from './newer-glibc';

test.each([
  ['2.36', false],
  ['2.37', false],
  ['2.38', true],
  ['2.41', true],
  ['2.4', false],
  ['3.0', true],
  // Not glibc at all (musl).
  [undefined, false],
])('glibc %s: new enough is %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});
