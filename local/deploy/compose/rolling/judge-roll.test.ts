import { judgeRoll, type RollEvidence } from './judge-roll';

const whole: RollEvidence = {
  lost: [],
  accepted: ['a', 'b'],
  jobs: [
    { id: 'a', state: 'ready', fid: '1' },
    { id: 'b', state: 'ready', fid: '2' },
  ],
  mailed: ['2', '1'],
  mp3s: 2,
};

test('nothing is found where every request, job and mail is there once', () => {
  expect(judgeRoll(whole)).toEqual([]);
});

const lost = {
  request: 'upload',
  during: 'gateway',
  at: new Date(0),
  ms: 7,
  problem: '502 Bad Gateway',
} as const;

test.each<[string, Partial<RollEvidence>, string[]]>([
  ['a request without a good answer', { lost: [lost] }, ['request-lost']],
  ['a job without a record', { accepted: ['a', 'b', 'c'] }, ['job-lost']],
  ['a job that no answer named', { accepted: ['a'] }, ['job-unknown']],
  ['a second mail', { mailed: ['1', '2', '2'] }, ['mail-count']],
  ['a missing mail', { mailed: ['1'] }, ['mail-count']],
  ['a second MP3', { mp3s: 3 }, ['mp3-count']],
  [
    'a dead job',
    { jobs: [{ id: 'a', state: 'dead', fid: undefined }], accepted: ['a'], mailed: [], mp3s: 0 },
    ['job-lost', 'mail-count'],
  ],
])('%s is found', (_, change, checks) => {
  expect(judgeRoll({ ...whole, ...change }).map(({ check }) => check)).toEqual(checks);
});
