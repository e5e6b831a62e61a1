import { type WalkCheck, walkChecks, type WalkFinding } from './check';
import { judgeHardening } from './hardening';
import {
  type AnnouncedJobs,
  judgeKill,
  judgeMails,
  judgeQueues,
  judgeRestart,
  judgeTargets,
  type KilledJob,
  readQueuesStatus,
} from './judge-walk';
import type { ScrapeTargets } from './scrape-targets';

const inside = `Uid:\t999\t999\t999\t999
CapBnd:\t0000000000000000
CapEff:\t0000000000000000
NoNewPrivs:\t1
touch: cannot touch '/written': Read-only file system
`;
const hardening = (printed = inside) => judgeHardening([{ name: 'video-to-mp3-mongo-1', printed }]);

const table = '│ video │ as-declared │\n│ mp3   │ as-declared │\n';
const queues = (printed = table, code = 0) => judgeQueues(readQueuesStatus(code, printed));

const targets = (change: Partial<ScrapeTargets> = {}) =>
  judgeTargets({ up: new Map([['gateway', 2]]), down: [], ...change });

const kill = (change: Partial<KilledJob> = {}) =>
  judgeKill({ id: 'a', state: 'ready', attempts: 2, ...change });

const restart = (state = 'ready') =>
  judgeRestart([
    { id: 'a', state: 'ready' },
    { id: 'b', state },
  ]);

const mails = (change: Partial<AnnouncedJobs> = {}) =>
  judgeMails({
    email: 'first@example.com',
    jobs: [
      { id: 'a', fid: '1' },
      { id: 'b', fid: '2' },
    ],
    announced: ['2', '1'],
    ...change,
  });

const mistakes: readonly [name: string, check: WalkCheck, found: WalkFinding[]][] = [
  ['root', 'root-user', hardening(inside.replace('999', '0'))],
  ['a process that can be root again', 'root-user', hardening(inside.replace('999\n', '0\n'))],
  ['a capability', 'capabilities', hardening(inside.replace('CapEff:\t00', 'CapEff:\t20'))],
  ['one to be had', 'capabilities', hardening(inside.replace('CapBnd:\t00', 'CapBnd:\t20'))],
  ['privileges to gain', 'new-privileges', hardening(inside.replace('Privs:\t1', 'Privs:\t0'))],
  ['a file in /', 'writable-root', hardening(inside.replace(/touch.*\n/, ''))],
  [
    'a / that only this user may not write to',
    'writable-root',
    hardening(inside.replace('Read-only file system', 'Permission denied')),
  ],
  ['a queue that differs', 'queues', queues(table.replace('as-declared', 'different'))],
  ['no queue', 'queues', queues('')],
  ['a status that fails', 'queues', queues(table, 1)],
  ['a target that does not answer', 'target-down', targets({ down: ['auth: down'] })],
  ['a scrape job without a target', 'target-down', targets({ up: new Map([['auth', 0]]) })],
  ['a Prometheus that scrapes nothing', 'target-down', targets({ up: new Map() })],
  ['a job that died with its converter', 'kill-converter', kill({ state: 'dead' })],
  ['a kill that met nothing', 'kill-converter', kill({ attempts: 1 })],
  ['a job that the restart lost', 'restart-broker', restart('failed')],
  ['a job without a mail', 'mail', mails({ announced: ['1'] })],
  ['a job with two mails', 'mail', mails({ announced: ['1', '2', '2'] })],
  ['a mail without a job', 'mail', mails({ announced: ['1', '2', '3'] })],
];

test('nothing is found where all is as it should be', () => {
  expect([hardening(), queues(), targets(), kill(), restart(), mails()].flat()).toEqual([]);
});

test.each(mistakes)('%s is found: %s', (_name, check, found) => {
  expect(found.map((finding) => finding.check)).toEqual([check]);
});

test('has a mistake for each check', () => {
  expect(new Set(mistakes.map(([, check]) => check))).toEqual(new Set(walkChecks));
});

test('says nothing of a container that it could not look into as if it were well', () => {
  const found = hardening('OCI runtime exec failed: no such file');
  expect(new Set(found.map(({ check }) => check))).toEqual(
    new Set(['root-user', 'capabilities', 'new-privileges', 'writable-root']),
  );
});
