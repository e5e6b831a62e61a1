import type { LetterDetail } from '../../../views';
import { letterLines } from './letter-lines';

const at = '2026-11-24T10:00:00.000Z';
const plain = { paint: (_how: string, text: string) => text };

const letter: LetterDetail = {
  id: '3fa91c5e0b7d2a46',
  queue: 'video',
  message_id: '6730a1b2c3d4e5f601234567',
  job: '6730a1b2c3d4e5f601234567',
  user: 'listener@example.com',
  state: 'open',
  reason: 'attempts-exhausted',
  step: 'transcode',
  error_class: 'MediaToolError',
  error: 'ffmpeg ended with code 187:\nno space left',
  attempts: 2,
  died_at: at,
  first_died_at: '2026-11-23T10:00:00.000Z',
  replays: 1,
  outcome: 'died-again',
  bytes: 64,
  problem: null,
  content_type: 'application/json',
  headers: { 'job-id': '6730a1b2c3d4e5f601234567', attempt: 2 },
  body: { kind: 'json', json: { username: 'listener@example.com' } },
  message: { username: 'listener@example.com' },
  deaths: [death(0, '2026-11-23T10:00:00.000Z', 3), death(1, at, 2)],
  attempts_made: [
    attempt(1, 0, 'first error'),
    attempt(3, 0, 'third error'),
    attempt(1, 1, 'after the replay'),
    attempt(2, 1, 'no space left'),
  ],
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  job_record: null,
  source_facts: { container: 'mp4', durationS: 12.5 },
  starts_at: 'fetch-video',
  history: [],
};

function death(replay: number, diedAt: string, attempts: number): LetterDetail['deaths'][number] {
  return {
    replay,
    at: diedAt,
    reason: 'attempts-exhausted',
    step: 'transcode',
    error_class: 'MediaToolError',
    error: 'no space left',
    attempts,
  };
}

function attempt(
  number: number,
  replay: number,
  error: string,
): LetterDetail['attempts_made'][number] {
  return {
    attempt: number,
    replay,
    at,
    worker: 'converter-1',
    step: 'transcode',
    error_class: 'MediaToolError',
    error,
    log: [`{"level":"error","time":"${at}","process":"converter","msg":"step failed","n":1}`],
  };
}

const page = (change: Partial<LetterDetail> = {}) =>
  letterLines({ ...letter, ...change }, plain).join('\n');

it('goes from what died to what to do next', () => {
  const titles = page()
    .split('\n')
    .filter((line) => /^\S/.test(line));
  expect(titles).toEqual([
    'What died',
    'Why',
    'Every attempt',
    'The source, by ffprobe',
    'Headers',
    'Body',
    'What to do next',
  ]);
});

it('says what died, why, how often, and what each attempt came to', () => {
  const text = page();
  expect(text).toContain('attempts-exhausted: every attempt failed, so it was given up');
  expect(text).toContain('ffmpeg ended with code 187:\n    no space left');
  expect(text).toMatch(/replayed +1 time; the last: died-again/);
  expect(text).toContain('it died 2 times:');
  expect(text.indexOf('first error')).toBeLessThan(text.indexOf('after the replay'));
  expect(text).toContain('10:00:00 error step failed n=1');
  expect(text).toMatch(/durationS +12\.5/);
  expect(text).toContain('0af7651916cd43dd8448eb211c80319c');
});

it('says of an attempt without an end that its worker crashed', () => {
  const before = page().split('after replay 1:')[0];
  expect(before).toContain('attempt 2: no end on record. The worker crashed or was killed');
  expect(page().match(/crashed/g)).toHaveLength(1);
});

it('ends with the commands to type', () => {
  const lines = page().split('\n').slice(-7);
  expect(lines.join('\n')).toContain('replay 3fa91c5e0b7d2a46 --dry-run');
  expect(lines.join('\n')).toContain("--group 'video/transcode/MediaToolError'");
  expect(lines.at(-1)).toContain('park 3fa91c5e0b7d2a46');
});

it('offers no replay for what cannot be put back, and nothing for what is over', () => {
  const stuck = page({ starts_at: null, message: null, problem: 'no JSON' });
  expect(stuck).toContain('no message of its queue: no JSON');
  expect(stuck).not.toMatch(/replay 3fa91c5e0b7d2a46 --reason|dead-letters -- edit/);
  expect(stuck).toContain('discard 3fa91c5e0b7d2a46');
  expect(page({ state: 'discarded' })).toMatch(/Nothing: it was given up for good\.$/);
  expect(page({ state: 'replayed', outcome: 'succeeded' })).toMatch(/the outcome is: succeeded\.$/);
  expect(page({ state: 'parked' })).toContain('unpark 3fa91c5e0b7d2a46');
});

it('shows bytes with their place, and the beginning of a large text only', () => {
  const binary = page({ body: { kind: 'binary', hex: '001b5b324a41', truncated: true } });
  expect(binary).toMatch(/000000 {2}00 1b 5b 32 4a 41 +\.\.\[2JA/);
  expect(binary).toContain('export letter.ndjson 3fa91c5e0b7d2a46');
  const text = page({ body: { kind: 'text', text: 'line\n'.repeat(1_000), truncated: false } });
  expect(text.match(/^ {2}line$/gm)).toHaveLength(60);
});

it('lets no stranger steer the terminal', () => {
  const evil = '\u001b[2J\u202e';
  const text = page({
    message_id: evil,
    job: evil,
    user: evil,
    error: evil,
    error_class: evil,
    content_type: evil,
    problem: evil,
    headers: { [evil]: evil, nested: { [evil]: [evil] } },
    body: { kind: 'json', json: { [evil]: evil } },
    source_facts: { [evil]: evil },
    attempts_made: [{ ...attempt(1, 1, evil), worker: evil, log: [evil, `{"msg":"\\u001b[2J"}`] }],
    history: [
      {
        id: 'x',
        at,
        actor: evil,
        action: 'replay',
        reason: evil,
        order: 'o',
        letter: '3fa91c5e0b7d2a46',
        queue: 'video',
        message_id: evil,
        job: null,
        difference: [{ path: [evil], before: evil, after: evil }],
        result: 'done',
        note: evil,
        outcome: 'succeeded',
        outcome_at: null,
      },
    ],
  });
  expect(text).not.toMatch(/[\u001b\u202e]/);
  expect(text).toContain('\\x1b[2J\\u202e');
});
