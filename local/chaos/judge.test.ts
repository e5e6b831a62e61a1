import { judge } from './judge';
import {
  accepted,
  evidence,
  fid,
  hexId,
  jobId,
  letter,
  mail,
  mp3,
  readyJob,
  readyMail,
  second,
} from './test-evidence';

const silent = { ...accepted, clip: 'silent' } as const;
const failedJob = { ...readyJob, state: 'failed', mp3Fid: null, refusal: 'no-audio' };
const failedMail = { ...mail, messageId: `<failed.${jobId}@example.com>` };

/** The rules that were broken, and of which job. */
function broken(...args: Parameters<typeof evidence>): string[] {
  return judge(evidence(...args)).violations.map(({ rule, jobId: of }) => `${rule} ${of ?? '-'}`);
}

it('finds nothing wrong with one MP3 and one mail', () => {
  const { counts, violations } = judge(evidence());
  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ accepted: 1, mp3s: 1, verifiedMp3s: 1, mails: 1, lost: 0 });
});

it('finds nothing wrong with a refusal that was told', () => {
  const failed = evidence({ accepted: [silent], jobs: [failedJob], mp3s: [], mails: [failedMail] });
  const { counts, violations } = judge(failed);
  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ mp3s: 0, failed: { 'no-audio': 1 } });
});

it('finds nothing wrong with a job that was given up while its dead letter is on file', () => {
  const dead = evidence({
    jobs: [{ ...readyJob, state: 'dead', mp3Fid: null }],
    mp3s: [],
    mails: [],
    deadLetters: [letter],
  });
  const { counts, violations } = judge(dead);
  expect(violations).toEqual([]);
  expect(counts.deadLetters).toEqual({ 'video: attempts-exhausted, WorkerCrashed': 1 });
});

describe('lost', () => {
  const lost = [`lost ${jobId}`];
  it.each([
    ['without a record', { jobs: [], mp3s: [], mails: [] }],
    [
      'still queued',
      { jobs: [{ ...readyJob, state: 'queued', mp3Fid: null }], mp3s: [], mails: [] },
    ],
    [
      'still queued, whatever the dead letters say',
      {
        jobs: [{ ...readyJob, state: 'queued', mp3Fid: null }],
        mp3s: [],
        mails: [],
        deadLetters: [letter],
      },
    ],
    ['ready, and no file', { mp3s: [] }],
    ['ready, and nobody told', { mails: [] }],
    [
      'ready, and a dead letter of the job instead of its mail',
      { mails: [], deadLetters: [letter] },
    ],
    [
      'given up without a dead letter',
      { jobs: [{ ...readyJob, state: 'dead', mp3Fid: null }], mp3s: [], mails: [] },
    ],
    [
      'given up with a dead letter of another job',
      {
        jobs: [{ ...readyJob, state: 'dead', mp3Fid: null }],
        mp3s: [],
        mails: [],
        deadLetters: [{ ...letter, jobId: hexId(2) }],
      },
    ],
    ['a good clip refused', { jobs: [failedJob], mp3s: [], mails: [failedMail] }],
    [
      'refused for another reason',
      {
        accepted: [silent],
        jobs: [{ ...failedJob, refusal: 'damaged' }],
        mp3s: [],
        mails: [failedMail],
      },
    ],
    ['refused, and nobody told', { accepted: [silent], jobs: [failedJob], mp3s: [], mails: [] }],
    ['told to somebody else', { mails: [{ ...mail, to: 'bob@example.com' }] }],
  ])('%s', (_name, changes) => {
    expect(broken(changes)).toEqual(lost);
  });

  it('an MP3 out of a clip without sound', () => {
    expect(broken({ accepted: [silent] })).toEqual(lost);
  });
});

it('accepts a dead letter in place of a mail', () => {
  expect(broken({ mails: [], deadLetters: [{ ...letter, queue: 'mp3' }] })).toEqual([]);
});

it.each(['unknown-error', 'mail-refused', 'invalid-message', 'delivery-limit'] as const)(
  'reports a dead letter with reason %s: nothing that happens here is the job’s fault',
  (reason) => {
    const dead = {
      jobs: [{ ...readyJob, state: 'dead', mp3Fid: null }],
      mp3s: [],
      mails: [],
      deadLetters: [{ ...letter, reason }],
    };
    expect(broken(dead)).toEqual([`needless dead letter ${jobId}`]);
  },
);

describe('dead letters that an operator cannot rely on', () => {
  const dead = (...deadLetters: readonly (typeof letter)[]) => ({
    jobs: [{ ...readyJob, state: 'dead', mp3Fid: null }],
    mp3s: [],
    mails: [],
    deadLetters,
  });
  it.each([
    ['that is not on file', 'unfiled dead letter', { onFile: false, inQueue: 1 }],
    ['of which a copy stays in its queue', 'unfiled dead letter', { inQueue: 1 }],
    ['that died once and is on file twice', 'duplicate dead letter', { deaths: 2 }],
    [
      'whose replay is impossible',
      'not replayable',
      { replay: { kind: 'impossible', why: 'its job is under way already' } },
    ],
    ['that nobody discarded and is', 'not replayable', { state: 'discarded' }],
  ] as const)('reports one %s', (_name, rule, change) => {
    expect(broken(dead({ ...letter, ...change }))).toEqual([`${rule} ${jobId}`]);
  });

  it('reports a second one of a job', () => {
    expect(broken(dead(letter, letter))).toEqual([`duplicate dead letter ${jobId}`]);
    expect(judge(evidence(dead(letter, letter))).counts.unfiled).toBe(1);
  });

  it('has nothing against one whose job another copy brought to its end', () => {
    const replay = { kind: 'needless', why: 'its MP3 is there already' } as const;
    expect(broken({ deadLetters: [{ ...letter, replay }] })).toEqual([]);
  });
});

it('reports a job that nobody was promised and that never ends', () => {
  const stray = { ...readyJob, id: hexId(2), state: 'queued', mp3Fid: null, finishedMs: null };
  expect(broken({ jobs: [readyJob, stray] })).toEqual([`unfinished ${hexId(2)}`]);
});

it('reports a second MP3 of a job', () => {
  const second = { ...mp3, fid: hexId(0xf2) };
  expect(broken({ mp3s: [mp3, second] })).toEqual([`duplicate MP3 ${jobId}`]);
  expect(judge(evidence({ mp3s: [mp3, second] })).counts.duplicateMp3s).toBe(1);
});

it('reports a second MP3 that was announced and is swept by now', () => {
  const other = { ...mail, messageId: `<ready.${hexId(0xf2)}@example.com>` };
  expect(broken({ mails: [other, mail] })).toEqual([
    `duplicate MP3 ${jobId}`,
    `wrong mail ${jobId}`,
  ]);
});

it.each([
  ['does not parse', { problem: 'byte 0: no frame' }],
  ['is marked as another job’s', { jobId: hexId(2) }],
  ['is of another upload', { title: 'upload 1 try 2' }],
  ['is too short', { samples: 44_099 }],
  ['has another rate', { sampleRate: 48_000 }],
])('reports an MP3 that %s', (_name, change) => {
  const { counts, violations } = judge(evidence({ mp3s: [{ ...mp3, ...change }] }));
  expect(violations.map(({ rule }) => rule)).toEqual(['wrong MP3']);
  expect(counts).toMatchObject({ mp3s: 1, verifiedMp3s: 0 });
});

it('reports orphans', () => {
  const orphans = [{ kind: 'mp3 chunks', id: fid, jobId: null }] as const;
  expect(broken({ orphans })).toEqual(['orphan -']);
  expect(judge(evidence({ orphans })).counts.orphans).toBe(1);
});

it('reports attempts beyond the limit, of jobs and of mails', () => {
  expect(broken({ jobs: [{ ...readyJob, attempts: 4 }] })).toEqual([]);
  expect(broken({ jobs: [{ ...readyJob, attempts: 5 }] })).toEqual([`too many attempts ${jobId}`]);
  const mailAttempts = [{ messageId: readyMail, attempts: 5 }];
  expect(broken({ mailAttempts })).toEqual(['too many attempts -']);
});

it('reports what is left in queues', () => {
  expect(broken({ leftMessages: [{ queue: 'video', messages: 2 }] })).toEqual(['left message -']);
});

it('reports a slow recovery', () => {
  const returns = [{ server: 'rabbitmq', atMs: second(2) }];
  const jobs = [{ ...readyJob, finishedMs: second(30) }];
  const started = (seconds: number) => [{ jobId, atMs: second(seconds) }];
  expect(broken({ returns, jobs, starts: started(17) })).toEqual([]);
  expect(broken({ returns, jobs, starts: started(18) })).toEqual(['slow recovery -']);
});
