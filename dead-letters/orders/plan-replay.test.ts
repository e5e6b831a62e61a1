import { ObjectId } from 'mongodb';
import { defaultConversionOptions } from '../../contracts/conversion-options';
import {
  jobStates,
  newJob,
  type JobRecord,
  type JobState,
  type StepName,
} from '../../contracts/job';
import type { WorkQueue } from '../../contracts/topology';
import type { FieldChange } from '../audit-entry';
import { difference } from '../edit/difference';
import { editableMessage } from '../edit/editable-message';
import { startsAt, type Plan } from './plan';
import { planReplay } from './plan-replay';

const fid = '0123456789abcdef01234567';
const mp3Fid = '89abcdef0123456789abcdef';
const otherFid = 'ffffffffffffffffffffffff';
const jobId = 'job-1';
const otherOptions = { quality: { kind: 'cbr', kbps: 320 } } as const;

type Fields = Readonly<Record<string, unknown>>;

const messages: Record<WorkQueue, Fields> = {
  video: { video_fid: fid, mp3_fid: null, username: 'Ann@example.com', job_id: jobId },
  mp3: { video_fid: fid, mp3_fid: mp3Fid, username: 'Ann@example.com', job_id: jobId },
  failed: { video_fid: fid, username: 'Ann@example.com', job_id: jobId, reason: 'damaged' },
};

function jobIn(state: JobState, change: Partial<JobRecord> = {}): JobRecord {
  const source = { fid: new ObjectId(fid), name: 'a.mp4', bytes: 7 };
  const owner = { id: '1', address: 'Ann@example.com' };
  return { ...newJob(jobId, owner, source, new Date(0)), state, mail: 'dead', ...change };
}

const stored = { mp3: { fid: new ObjectId(mp3Fid), bytes: 1, durationMs: 1 } };

const bytesOf = (fields: Fields) => Buffer.from(JSON.stringify(fields));

/** The plan for a message of a queue, edited or not. */
function planFor(
  workQueue: WorkQueue,
  job: JobRecord | null,
  edit: Fields = {},
  message: Fields = messages[workQueue],
): Plan {
  const body = bytesOf(message);
  const before = editableMessage({ workQueue }, body, job);
  const edited = { ...before, ...edit };
  const changes = Object.keys(edit).length === 0 ? [] : difference(before, edited);
  const sent = changes.length === 0 ? body : bytesOf(edited);
  return planReplay({ workQueue, jobId: job?._id ?? null }, sent, changes, job);
}

/** A plan in one line. */
function inShort(plan: Plan): string {
  switch (plan.kind) {
    case 'reopen-job':
      return `reopen at ${plan.startsAt}${plan.change.convertAnew ? ' anew' : ''}`;
    case 'close':
      return `close: ${plan.outcome}`;
    case 'refused':
      return `refused: ${plan.problem.replace(/ ?[:,(].*/, '')}`;
    case 'create-job':
    case 'announce-again':
    case 'publish':
      return plan.kind;
    default:
      return plan satisfies never;
  }
}

type Row = 'none' | JobState;
type Column = 'as it is' | 'with its MP3' | 'edited' | 'edited, with its MP3' | 'other job';
const rows: readonly Row[] = ['none', ...jobStates];
const columns: readonly Column[] = [
  'as it is',
  'with its MP3',
  'edited',
  'edited, with its MP3',
  'other job',
];

const edits: Record<Column, Fields> = {
  'as it is': {},
  'with its MP3': {},
  edited: { username: 'bob@example.com' },
  'edited, with its MP3': { username: 'bob@example.com' },
  'other job': { job_id: 'job-2' },
};

const way = 'close: waiting';
const done = 'close: succeeded';
const gone = 'close: failed';
const useless = {
  way: 'refused: its job is under way already',
  done: 'refused: its MP3 is there already',
  gone: 'refused: its job has ended as failed',
};
const fixed = 'refused: "job_id" says which job it is and cannot be changed';
const nothing = (state: JobState) => `refused: its job is ${state}`;
const again = 'announce-again';

const fetch = 'reopen at fetch-video';
const emit = 'reopen at emit-done';

/** By queue and state of the job: what each of the columns comes to. */
const table: Record<WorkQueue, Record<Row, readonly string[]>> = {
  video: {
    none: ['create-job', 'create-job', 'create-job', 'create-job', 'create-job'],
    dead: [fetch, emit, fetch, emit, fixed],
    queued: [way, way, useless.way, useless.way, fixed],
    converting: [way, way, useless.way, useless.way, fixed],
    waiting: [way, way, useless.way, useless.way, fixed],
    ready: [done, done, useless.done, useless.done, fixed],
    failed: [gone, gone, useless.gone, useless.gone, fixed],
  },
  mp3: {
    none: ['publish', 'publish', 'publish', 'publish', 'publish'],
    dead: [...Array<string>(4).fill(nothing('dead')), fixed],
    queued: [...Array<string>(4).fill(nothing('queued')), fixed],
    converting: [...Array<string>(4).fill(nothing('converting')), fixed],
    waiting: [...Array<string>(4).fill(nothing('waiting')), fixed],
    ready: [again, again, again, again, fixed],
    failed: [...Array<string>(4).fill(nothing('failed')), fixed],
  },
  failed: {
    none: ['publish', 'publish', 'publish', 'publish', 'publish'],
    dead: [...Array<string>(4).fill(nothing('dead')), fixed],
    queued: [...Array<string>(4).fill(nothing('queued')), fixed],
    converting: [...Array<string>(4).fill(nothing('converting')), fixed],
    waiting: [...Array<string>(4).fill(nothing('waiting')), fixed],
    ready: [...Array<string>(4).fill(nothing('ready')), fixed],
    failed: [again, again, again, again, fixed],
  },
};

const cells = (['video', 'mp3', 'failed'] as const).flatMap((queue) =>
  rows.flatMap((row) =>
    columns.map((column, index) => [queue, row, column, table[queue][row][index] ?? ''] as const),
  ),
);

test.each(cells)('%s, job %s, %s: %s', (queue, row, column, expected) => {
  const mp3 = column.includes('with its MP3') ? stored : {};
  const job = row === 'none' ? null : jobIn(row, mp3);
  expect(inShort(planFor(queue, job, edits[column]))).toBe(expected);
});

test('every plan says where it starts', () => {
  expect(startsAt(planFor('video', jobIn('dead')))).toBe('fetch-video');
  expect(startsAt(planFor('video', jobIn('dead', stored)))).toBe('emit-done');
  expect(startsAt(planFor('video', null))).toBe('fetch-video');
  expect(startsAt(planFor('mp3', null))).toBe('send-mail');
  expect(startsAt(planFor('failed', jobIn('failed')))).toBe('send-mail');
  expect(startsAt(planFor('video', jobIn('ready')))).toBeNull();
  expect(startsAt(planFor('mp3', jobIn('dead')))).toBeNull();
});

describe('a replay starts at the step that failed', () => {
  const failedAt = (...steps: (StepName | null)[]): Partial<JobRecord> => ({
    failures: steps.map((step, index) => {
      const at = { attempt: index + 1, at: new Date(0), worker: 'w', step };
      return { ...at, errorClass: 'StepTimeout', error: 'no end' };
    }),
  });

  it.each<[StepName | null, StepName, StepName]>([
    [null, 'fetch-video', 'fetch-video'],
    ['fetch-video', 'fetch-video', 'fetch-video'],
    ['transcode', 'transcode', 'transcode'],
    ['store-mp3', 'store-mp3', 'transcode'],
  ])('%s: at %s, with other options at %s', (step, expected, withOptions) => {
    const job = jobIn('dead', failedAt('store-mp3', 'fetch-video', step));
    expect(startsAt(planFor('video', job))).toBe(expected);
    expect(startsAt(planFor('video', job, { username: 'b' }))).toBe(expected);
    expect(startsAt(planFor('video', job, { options: otherOptions }))).toBe(withOptions);
    expect(startsAt(planFor('video', job, { video_fid: otherFid }))).toBe('fetch-video');
  });

  it('but the MP3 that is stored is kept, unless it is to be another', () => {
    const job = jobIn('dead', { ...stored, ...failedAt('emit-done') });
    expect(startsAt(planFor('video', job))).toBe('emit-done');
    expect(startsAt(planFor('video', job, { options: otherOptions }))).toBe('transcode');
    expect(startsAt(planFor('video', job, { video_fid: otherFid }))).toBe('fetch-video');
  });
});

describe('news whose mail is out', () => {
  it.each([
    ['mp3', 'ready'],
    ['failed', 'failed'],
  ] as const)('of the queue %s are closed', (queue, state) => {
    const job = jobIn(state, { mail: 'sent' });
    expect(inShort(planFor(queue, job))).toBe(done);
    expect(inShort(planFor(queue, job, { username: 'b' }))).toBe(
      'refused: its mail is out already',
    );
  });

  it.each(['none', 'pending', 'dead'] as const)('go out again for a mail that is %s', (mail) => {
    expect(planFor('mp3', jobIn('ready', { mail }))).toMatchObject({ kind: again, jobId });
  });
});

describe('what a job gets', () => {
  const changeOf = (plan: Plan) => {
    if (plan.kind !== 'reopen-job' && plan.kind !== 'create-job') throw new Error(plan.kind);
    return { jobId: plan.jobId, ...plan.change };
  };
  const asRecorded = {
    jobId,
    address: 'Ann@example.com',
    sourceFid: new ObjectId(fid),
    options: defaultConversionOptions,
    convertAnew: false,
  };

  it('without an edit is what its record has, whatever the message says', () => {
    expect(changeOf(planFor('video', jobIn('dead')))).toEqual(asRecorded);
    const message = {
      ...messages.video,
      video_fid: otherFid,
      username: 'old@example.com',
      options: otherOptions,
    };
    expect(changeOf(planFor('video', jobIn('dead', stored), {}, message))).toEqual(asRecorded);
    expect(
      changeOf(planFor('video', jobIn('dead'), { username: 'new@example.com' }, message)),
    ).toEqual({ ...asRecorded, address: 'new@example.com' });
  });

  it.each<[string, Fields, Partial<typeof asRecorded> | Fields]>([
    ['the address, in lower case', { username: 'BOB@Example.com' }, { address: 'bob@example.com' }],
    [
      'the video',
      { video_fid: otherFid },
      { sourceFid: new ObjectId(otherFid), convertAnew: true },
    ],
    ['the options', { options: otherOptions }, { options: otherOptions, convertAnew: true }],
    ['no option that it had', { options: defaultConversionOptions }, {}],
    ['no video that it had', { video_fid: fid.toUpperCase() }, {}],
  ])('with an edit is %s', (_what, edit, change) => {
    const plan = planFor('video', jobIn('dead', stored), edit);
    expect(changeOf(plan)).toEqual({ ...asRecorded, ...change });
    const anew = 'convertAnew' in change;
    expect(startsAt(plan)).toBe(anew ? 'fetch-video' : 'emit-done');
    // Without an MP3 there is nothing to convert anew.
    expect(changeOf(planFor('video', jobIn('dead'), edit)).convertAnew).toBe(false);
  });

  it('is a job that the message names, where there is none', () => {
    const asked = { ...messages.video, options: otherOptions };
    expect(changeOf(planFor('video', null, {}, asked))).toEqual({
      ...asRecorded,
      address: 'ann@example.com',
      options: otherOptions,
    });
    const bare = { video_fid: fid, mp3_fid: null, username: 'a' };
    expect(changeOf(planFor('video', null, {}, bare))).toMatchObject({
      jobId: fid,
      options: defaultConversionOptions,
    });
    const misspelt = { vide_fid: fid, username: 'a' };
    expect(changeOf(planFor('video', null, {}, misspelt))).toMatchObject({ jobId: fid });
  });

  it('for its mail is the edited address, or its own spelling', () => {
    expect(planFor('mp3', jobIn('ready'))).toMatchObject({ address: 'Ann@example.com' });
    const edited = planFor('mp3', jobIn('ready'), { username: 'B@example.com' });
    expect(edited).toMatchObject({ address: 'b@example.com' });
  });
});

describe('refused is', () => {
  it.each<[WorkQueue, string]>([
    ['video', ''],
    ['video', '[]'],
    ['video', '{"username": "a"}'],
    ['mp3', '{"username": "a"}'],
    ['failed', `{"video_fid": "${fid}", "username": "a", "reason": "damaged"}`],
  ])('what is no message of the queue %s: %s', (workQueue, text) => {
    for (const job of [null, jobIn('dead'), jobIn('ready')]) {
      const plan = planReplay({ workQueue, jobId: null }, Buffer.from(text), [], job);
      expect(inShort(plan)).toBe('refused: no message of its queue');
    }
  });

  it('an edit that makes it no message', () => {
    const plan = planFor('video', jobIn('dead'), {
      options: { quality: { kind: 'vbr', level: 99 } },
    });
    expect(plan).toMatchObject({
      kind: 'refused',
      problem: expect.stringContaining('level') as string,
    });
  });

  it.each<[WorkQueue, JobState, Fields]>([
    ['video', 'dead', { job_id: 'job-2' }],
    ['mp3', 'ready', { mp3_fid: otherFid }],
    ['mp3', 'ready', { video_fid: otherFid }],
    ['failed', 'failed', { reason: 'too-long' }],
  ])('an edit of what the record decides: %s, job %s, %j', (queue, state, edit) => {
    const [field] = Object.keys(edit);
    const problem = `"${field}" says which job it is and cannot be changed: the record of job job-1 decides`;
    expect(planFor(queue, jobIn(state, stored), edit)).toEqual({ kind: 'refused', problem });
    // Where there is no record the message decides.
    expect(planFor(queue, null, edit).kind).not.toBe('refused');
  });

  it('an edit that adds what nobody reads, with a record or without', () => {
    const problem = expect.stringContaining('"mine" is no field') as string;
    for (const job of [jobIn('dead'), null]) {
      expect(planFor('video', job, { mine: 1 })).toEqual({ kind: 'refused', problem });
    }
  });

  it('a job id that is taken out', () => {
    const changes: FieldChange[] = [{ path: ['job_id'], before: jobId }];
    const bare = bytesOf({ video_fid: fid, username: 'Ann@example.com' });
    const plan = planReplay({ workQueue: 'video', jobId }, bare, changes, jobIn('dead'));
    expect(inShort(plan)).toBe(fixed);
  });
});

it('a broken message may be mended to what its job’s record says', () => {
  const mend = (workQueue: WorkQueue, job: JobRecord) => {
    const whole = messages[workQueue];
    return planReplay({ workQueue, jobId }, bytesOf(whole), difference(null, whole), job);
  };
  const refusal = { reason: 'damaged', detail: '' } as const;
  expect(mend('video', jobIn('dead'))).toMatchObject({ kind: 'reopen-job', jobId });
  expect(mend('mp3', jobIn('ready', stored))).toMatchObject({ kind: 'announce-again', jobId });
  expect(mend('failed', jobIn('failed', { refusal }))).toMatchObject({ kind: 'announce-again' });
});
