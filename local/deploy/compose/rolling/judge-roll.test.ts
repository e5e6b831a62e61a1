import {
  type JobEvidence,
  judgeJobs,
  judgeLoad,
  judgeRolled,
  type LoadEvidence,
  rollChecks,
  type RollCheck,
} from './judge-roll';

const wholeLoad: LoadEvidence = {
  sent: { login: 1, upload: 2, 'slow upload': 1, status: 9, download: 3 },
  lost: [],
};
const load = (change: Partial<LoadEvidence> = {}) => judgeLoad({ ...wholeLoad, ...change });

const jobs = (change: Partial<JobEvidence> = {}) =>
  judgeJobs({
    accepted: ['a', 'b'],
    jobs: [
      { id: 'a', state: 'ready', fid: '1' },
      { id: 'b', state: 'ready', fid: '2' },
    ],
    mailed: ['2', '1'],
    mp3s: 2,
    ...change,
  });

const rolled = (images: readonly string[]) =>
  judgeRolled(
    'auth',
    images.map((image) => ({ name: '/video-to-mp3-auth-2', image })),
    '0.2.0-later',
  );

const lost = {
  request: 'upload',
  during: 'gateway',
  at: new Date(0),
  ms: 7,
  problem: '502 Bad Gateway',
} as const;
const dead = { id: 'a', state: 'dead', fid: undefined };
const noDownload = { ...wholeLoad.sent, download: 0 };
const nothing = { login: 0, upload: 0, 'slow upload': 0, status: 0, download: 0 };

const mistakes: readonly [string, readonly { check: RollCheck }[], RollCheck[]][] = [
  ['a request without a good answer', load({ lost: [lost] }), ['request-lost']],
  ['a kind of request that was not sent', load({ sent: noDownload }), ['nothing-sent']],
  [
    'a load that did nothing',
    load({ sent: nothing }),
    Object.keys(nothing).map(() => 'nothing-sent'),
  ],
  ['a job without a record', jobs({ accepted: ['a', 'b', 'c'] }), ['job-lost']],
  ['a job that no answer named', jobs({ accepted: ['a'] }), ['job-unknown']],
  ['a second mail', jobs({ mailed: ['1', '2', '2'] }), ['mail-count']],
  ['a missing mail', jobs({ mailed: ['1'] }), ['mail-count']],
  ['a second MP3', jobs({ mp3s: 3 }), ['mp3-count']],
  [
    'a dead job',
    jobs({ jobs: [dead], accepted: ['a'], mailed: [], mp3s: 0 }),
    ['job-lost', 'mail-count'],
  ],
  [
    'a container of the old version',
    rolled(['video-to-mp3:0.2.0-later', 'video-to-mp3:0.2.0']),
    ['not-rolled'],
  ],
  ['a service that is gone', rolled([]), ['not-rolled']],
];

test('nothing is found where every request, job, mail and container is as it should be', () => {
  expect([load(), jobs(), rolled(['video-to-mp3:0.2.0-later'])].flat()).toEqual([]);
});

test.each(mistakes)('%s is found', (_name, found, checks) => {
  expect(found.map(({ check }) => check)).toEqual(checks);
});

test('has a mistake for each check', () => {
  expect(new Set(mistakes.flatMap(([, , checks]) => checks))).toEqual(new Set(rollChecks));
});
