import { judgeMails } from './judge-mails';
import { evidence, fid, hexId, jobId, mail, readyMail, second } from './test-evidence';

const copy = (seconds: number, messageId = readyMail) => ({
  ...mail,
  messageId,
  atMs: second(seconds),
});
const gap = (seconds: number, messageIds: readonly string[] = [readyMail]) => ({
  atMs: second(seconds),
  process: 'notification 1',
  how: 'kill' as const,
  messageIds,
});

it('reports a repeat that nothing excuses', () => {
  const judged = judgeMails(evidence({ mails: [copy(4), copy(9)] }));
  expect(judged).toMatchObject({ duplicates: 1, afterKill: 0, unheard: 0 });
  expect(judged.violations).toMatchObject([{ rule: 'duplicate mail', jobId }]);
});

it('excuses a repeat after the kill of the worker that had the mail in hand', () => {
  const judged = judgeMails(evidence({ mails: [copy(4), copy(9)], gaps: [gap(4)] }));
  expect(judged).toEqual({ wrong: 0, duplicates: 0, afterKill: 1, unheard: 0, violations: [] });
});

it('excuses one repeat for each kill', () => {
  const mails = [copy(4), copy(9), copy(14)];
  expect(judgeMails(evidence({ mails, gaps: [gap(4)] }))).toMatchObject({
    duplicates: 1,
    afterKill: 1,
  });
  expect(judgeMails(evidence({ mails, gaps: [gap(4), gap(9)] }))).toMatchObject({
    duplicates: 0,
    afterKill: 2,
  });
});

it('excuses by one kill one repeat of each queue, not two of one', () => {
  const others = [hexId(0xf2), hexId(0xf3)].map((id) => `<ready.${id}@example.com>`);
  const failed = `<failed.${jobId}@example.com>`;
  const mails = [...others, failed].flatMap((id) => [copy(4, id), copy(9, id)]);
  const judged = judgeMails(evidence({ mails, gaps: [gap(5, [...others, failed])] }));
  expect(judged).toMatchObject({ duplicates: 1, afterKill: 2 });
});

it.each([
  ['had another mail in hand', gap(4, ['<ready.0@example.com>'])],
  ['had none in hand', gap(4, [])],
  ['came after the repeat', gap(11)],
])('does not excuse a repeat by a kill that %s', (_name, one) => {
  const judged = judgeMails(evidence({ mails: [copy(4), copy(9)], gaps: [one] }));
  expect(judged).toMatchObject({ duplicates: 1, afterKill: 0 });
});

it('excuses a repeat of a mail whose answer was cut off', () => {
  const mails = [copy(4), copy(9)];
  const cut = (from: number, to: number) => [{ fromMs: second(from), toMs: second(to) }];
  expect(judgeMails(evidence({ mails, unheard: cut(3, 4) }))).toMatchObject({
    duplicates: 0,
    unheard: 1,
  });
  expect(judgeMails(evidence({ mails, unheard: cut(6, 9) }))).toMatchObject({ duplicates: 1 });
});

it.each([
  ['an MP3 that the job does not have', `<ready.${hexId(0xf2)}@example.com>`],
  ['a failure of a job that is ready', `<failed.${jobId}@example.com>`],
  ['nothing of ours', '<x@example.com>'],
])('reports a mail about %s', (_name, messageId) => {
  const { wrong, violations } = judgeMails(evidence({ mails: [copy(4), copy(5, messageId)] }));
  expect(wrong).toBe(1);
  // Whose it was, its text tells.
  expect(violations).toMatchObject([{ rule: 'wrong mail', jobId }]);
});

it('knows whose second MP3 a mail is about', () => {
  const other = hexId(0xf2);
  const { violations } = judgeMails(
    evidence({
      mails: [copy(4), { ...copy(5, `<ready.${other}@example.com>`), sourceName: null }],
      mp3s: [
        { fid: other, jobId, problem: null, samples: 0, sampleRate: 0, title: '' },
        { fid, jobId, problem: null, samples: 0, sampleRate: 0, title: '' },
      ],
    }),
  );
  expect(violations).toMatchObject([{ rule: 'wrong mail', jobId }]);
});
