import { type BuiltLayer, checkSameLayers } from './check-layers';

const unread = (digest: string): BuiltLayer => ({ digest, files: [] });
const base = unread('a');
const application = { digest: 'b', files: ['-rw-r--r-- 0/0 9 app/a.js', '1f3 ./app/a.js'] };

const check = (second: readonly BuiltLayer[]) =>
  checkSameLayers('service', [base, application], second);

test('nothing is found where all is the same, or the same files in another order', () => {
  expect(check([base, application])).toEqual([]);
  expect(check([base, { ...application, digest: 'c' }])).toEqual([]);
});

test.each([
  ['another time', [base, { digest: 'c', files: ['1f3 ./app/a.js', '-rw-r--r-- 0/0 8 app/a.js'] }]],
  ['a file less', [base, { digest: 'c', files: application.files.slice(1) }]],
  ['a layer that was not read', [unread('c'), application]],
  ['a layer more', [base, application, base]],
  ['a layer less', [base]],
  ['another order', [application, base]],
])('same-layers catches: %s', (_name, second) => {
  const findings = check(second);
  expect(findings.length).toBeGreaterThan(0);
  expect(new Set(findings.map((finding) => finding.check))).toEqual(new Set(['same-layers']));
});
