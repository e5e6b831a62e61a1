import { beginConversion } from './begin-conversion';
import { givenUp, ready, refused, type BoundaryCase, type Scenario } from './scenario';

/** A defect of ours in a step ends the job at once, as a dead letter for an operator. */
const defect = { 'unforeseen exception': givenUp } as const;
/** The same once the MP3 is stored: a replay has only the news left to send. */
const defectAfterCommit = { 'unforeseen exception': { ...givenUp, mp3s: 1 } } as const;

const cases: readonly BoundaryCase[] = [
  { boundary: 'before fetch-video', exception: 'transient', ending: ready, endings: defect },
  { boundary: 'after fetch-video', exception: 'transient', ending: ready, endings: defect },
  { boundary: 'before transcode', exception: 'transient', ending: ready, endings: defect },
  { boundary: 'after transcode', exception: 'transient', ending: ready, endings: defect },
  { boundary: 'before store-mp3', exception: 'transient', ending: ready, endings: defect },
  { boundary: 'MP3 stored, not committed', exception: 'outage', ending: ready, endings: defect },
  {
    boundary: 'after store-mp3',
    exception: 'transient',
    ending: ready,
    endings: defectAfterCommit,
  },
  {
    boundary: 'before emit-done',
    exception: 'transient',
    ending: ready,
    endings: defectAfterCommit,
  },
  {
    boundary: 'news published, job not finished',
    exception: 'outage',
    ending: ready,
    endings: { 'unforeseen exception': { ...givenUp, mp3s: 1, mails: 1 } },
  },
  { boundary: 'after emit-done', exception: 'transient', ending: ready },
  { boundary: 'completed, not acked', exception: 'transient', ending: ready },
  {
    boundary: 'refused, not announced',
    video: 'silent',
    exception: 'not confirmed',
    ending: refused,
  },
  {
    boundary: 'refusal announced, not marked',
    video: 'silent',
    exception: 'outage',
    ending: refused,
  },
  { boundary: 'failed, not acked', video: 'silent', exception: 'transient', ending: refused },
  {
    boundary: 'retry copy confirmed, not acked',
    before: { boundary: 'before transcode', throws: 'transient' },
    exception: 'not confirmed',
    ending: ready,
  },
  {
    boundary: 'defer copy confirmed, not acked',
    before: { boundary: 'before transcode', throws: 'outage' },
    exception: 'not confirmed',
    ending: ready,
  },
  {
    boundary: 'given up, dead letter not published',
    before: { boundary: 'before transcode', throws: 'unforeseen' },
    exception: 'not confirmed',
    ending: givenUp,
  },
  {
    boundary: 'dead letter confirmed, not acked',
    before: { boundary: 'before transcode', throws: 'unforeseen' },
    exception: 'not confirmed',
    ending: givenUp,
  },
];

export const converterScenario: Scenario = {
  role: 'converter',
  entry: 'dist/local/boundaries/converter-at-boundaries-main.js',
  others: ['notification'],
  cases,
  begin: (system, key, one, videos) => beginConversion(system, key, videos[one.video ?? 'sound']),
};
