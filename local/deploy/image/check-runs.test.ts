import { checkLockedDown, checkRun, checkStop } from './check-runs';
import type { ExpectedRun } from './expected-runs';

const expected: ExpectedRun = { name: 'auth', args: ['auth'], code: 78, says: /JWT_SECRET/ };
const good = { code: 78, printed: 'auth cannot start: JWT_SECRET' };

const status = `Name:\tcat
Uid:\t1000\t1000\t1000\t1000
CapEff:\t0000000000000000
CapBnd:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
`;
const refused = {
  code: 1,
  printed: "touch: cannot touch '/home/node/written': Read-only file system\n",
};

test('nothing is found where all is as expected', () => {
  expect(checkRun('service', expected, good)).toEqual([]);
  expect(checkStop('service', { entry: 'auth', firstProcess: 'tini', code: 0 })).toEqual([]);
  expect(checkLockedDown('service', status, refused)).toEqual([]);
});

test.each([
  ['another exit code', { ...good, code: 1 }],
  ['a setting that is not named', { ...good, printed: 'auth cannot start' }],
])('entries catches: %s', (_name, result) => {
  expect(checkRun('service', expected, result)).toMatchObject([{ check: 'entries' }]);
});

test.each([
  ['killed after its grace', { entry: 'auth', firstProcess: 'tini', code: 137 }],
  ['ended by the signal', { entry: 'auth', firstProcess: 'tini', code: 143 }],
  ['no answer', { entry: 'auth', firstProcess: 'none', code: 1, unanswered: 'no such file' }],
  ['no init process', { entry: 'auth', firstProcess: 'node', code: 0 }],
])('stop catches: %s', (_name, result) => {
  expect(checkStop('service', result)).toMatchObject([{ check: 'stop' }]);
});

test.each([
  ['root', status.replace('1000\t1000', '0\t0'), refused],
  ['a capability', status.replace('CapEff:\t0000', 'CapEff:\t0020'), refused],
  ['a capability to be had', status.replace('CapBnd:\t0000', 'CapBnd:\t0020'), refused],
  ['new privileges', status.replace('NoNewPrivs:\t1', 'NoNewPrivs:\t0'), refused],
  ['no filter of system calls', status.replace('Seccomp:\t2', 'Seccomp:\t0'), refused],
  ['a writable root', status, { code: 0, printed: '' }],
])('locked-down catches: %s', (_name, read, write) => {
  expect(checkLockedDown('service', read, write)).toMatchObject([{ check: 'locked-down' }]);
});
