import { judgeRecovery } from './judge-recovery';
import { evidence, hexId, jobId, readyJob, second } from './test-evidence';

const returns = [{ server: 'mongodb', atMs: second(10) }];
const waiting = { ...readyJob, createdMs: second(5), finishedMs: second(40) };
const starts = [{ jobId, atMs: second(30) }];
const between = (from: number, to: number) => ({ fromMs: second(from), toMs: second(to) });

const took = (changes: Parameters<typeof evidence>[0]) =>
  judgeRecovery(evidence({ returns, jobs: [waiting], starts, ...changes })).map(
    ({ tookMs }) => tookMs,
  );

it('measures from the return to the first start', () => {
  expect(took({})).toEqual([20_000]);
  expect(took({ starts: [...starts, { jobId, atMs: second(12) }] })).toEqual([2_000]);
  expect(took({ starts: [...starts, { jobId, atMs: second(9) }] })).toEqual([20_000]);
});

it('measures nothing when no job waited', () => {
  expect(took({ starts: [] })).toEqual([]);
  expect(took({ jobs: [{ ...waiting, createdMs: second(11) }] })).toEqual([]);
  expect(took({ jobs: [{ ...waiting, finishedMs: second(9) }] })).toEqual([]);
  expect(took({ jobs: [{ ...waiting, id: hexId(2) }] })).toEqual([]);
});

it('leaves out the time in which something else stood in the way', () => {
  expect(took({ hindrances: [between(8, 12)] })).toEqual([18_000]);
  expect(took({ hindrances: [between(15, 16)] })).toEqual([14_000]);
  expect(took({ hindrances: [between(12, 20), between(14, 16), between(25, 50)] })).toEqual([
    5_000,
  ]);
  expect(took({ hindrances: [between(31, 40)] })).toEqual([20_000]);
});
