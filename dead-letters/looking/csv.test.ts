import type { AuditLine, LetterSummary } from '../views';
import { auditCsv, lettersCsv } from './csv';

const letter: LetterSummary = {
  id: '0123456789abcdef',
  queue: 'video',
  message_id: 'm1',
  job: null,
  user: 'a@example.com',
  state: 'open',
  reason: 'unknown-error',
  step: 'transcode',
  error_class: 'Error',
  error: 'it broke',
  attempts: 4,
  died_at: '2026-01-02T00:00:00.000Z',
  first_died_at: '2026-01-01T00:00:00.000Z',
  replays: 0,
  outcome: null,
  bytes: 120,
  problem: null,
};

test('a header line, a line per letter, an empty cell for what there is not', () => {
  expect(lettersCsv({ dead_letters: [letter], next: null })).toBe(
    [
      'id,queue,message_id,job,user,state,reason,step,error_class,error,attempts,died_at,first_died_at,replays,outcome,bytes,problem',
      '0123456789abcdef,video,m1,,a@example.com,open,unknown-error,transcode,Error,it broke,4,2026-01-02T00:00:00.000Z,2026-01-01T00:00:00.000Z,0,,120,',
      '',
    ].join('\r\n'),
  );
});

test('no letters are a header line', () => {
  expect(lettersCsv({ dead_letters: [], next: null })).toMatch(/^id,.*,problem\r\n$/);
});

test.each([
  ['=1+1', `'=1+1`],
  ['+1', `'+1`],
  ['-1', `'-1`],
  ['@SUM(A1)', `'@SUM(A1)`],
  ['\t=1', `'\t=1`],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
])('a spreadsheet does not run %j', (error, cell) => {
  const line = lettersCsv({ dead_letters: [{ ...letter, error }], next: null }).split('\r\n')[1];
  expect(line).toContain(`,Error,${cell},4,`);
});

test.each(['one\ntwo', 'one\r\ntwo', 'one\rtwo', 'say "one", two'])(
  '%j stays one cell',
  (error) => {
    const text = lettersCsv({ dead_letters: [{ ...letter, error }], next: null });
    expect(text).toContain(`,Error,"${error.replaceAll('"', '""')}",4,`);
  },
);

test('the audit has its differences as JSON', () => {
  const entry: AuditLine = {
    id: 'o.l',
    at: '2026-01-02T00:00:00.000Z',
    actor: 'op@example.com',
    action: 'replay',
    reason: 'disk is larger now',
    order: 'o',
    letter: letter.id,
    queue: 'video',
    message_id: 'm1',
    job: 'j1',
    difference: [{ path: ['username'], before: 'a', after: 'b' }],
    result: 'done',
    note: 'job queued again',
    outcome: 'waiting',
    outcome_at: null,
  };
  expect(auditCsv({ entries: [entry], next: null })).toBe(
    [
      'id,at,actor,action,reason,order,letter,queue,message_id,job,difference,result,note,outcome,outcome_at',
      'o.l,2026-01-02T00:00:00.000Z,op@example.com,replay,disk is larger now,o,0123456789abcdef,video,m1,j1,"[{""path"":[""username""],""before"":""a"",""after"":""b""}]",done,job queued again,waiting,',
      '',
    ].join('\r\n'),
  );
});
