import { difference } from './difference';

type Fields = Readonly<Record<string, unknown>>;

const before: Fields = { a: 1, b: { c: [1, 2], d: null }, e: 'x' };

it.each<[string, Fields | null, Fields, unknown[]]>([
  ['nothing', before, structuredClone(before), []],
  ['a field', before, { ...before, a: 2 }, [{ path: ['a'], before: 1, after: 2 }]],
  ['a field more', before, { ...before, f: 0 }, [{ path: ['f'], after: 0 }]],
  ['a field less', { a: 1, b: 2 }, { a: 1 }, [{ path: ['b'], before: 2 }]],
  ['a field that comes to null', { a: 1 }, { a: null }, [{ path: ['a'], before: 1, after: null }]],
  [
    'a nested field',
    before,
    { ...before, b: { c: [1, 2], d: 3 } },
    [{ path: ['b', 'd'], before: null, after: 3 }],
  ],
  [
    'a place in a list',
    before,
    { ...before, b: { c: [1, 5, 6], d: null } },
    [
      { path: ['b', 'c', 1], before: 2, after: 5 },
      { path: ['b', 'c', 2], after: 6 },
    ],
  ],
  [
    'a type',
    before,
    { ...before, b: [1] },
    [{ path: ['b'], before: { c: [1, 2], d: null }, after: [1] }],
  ],
  ['a message that was none', null, { a: 1 }, [{ path: ['a'], after: 1 }]],
  [
    'odd names',
    { $x: 1, 'a.b': 1 },
    { $x: 2, 'a.b': 2 },
    [
      { path: ['$x'], before: 1, after: 2 },
      { path: ['a.b'], before: 1, after: 2 },
    ],
  ],
])('knows %s', (_what, from, to, changes) => {
  expect(difference(from, to)).toEqual(changes);
});

it('knows a field with a name of our language’s own', () => {
  const to = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}') as Fields;
  expect(difference({}, to).map(({ path }) => path)).toEqual([
    ['__proto__'],
    ['constructor'],
    ['toString'],
  ]);
});
