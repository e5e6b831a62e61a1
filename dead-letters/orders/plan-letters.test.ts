import { withEditor } from '../edit/apply-edit';
import { openTestStores, seedJobsOf, seedLetters, type TestStores } from '../test-letters';
import { bodyOf } from './test-orders';
import { planReplays } from './plan-letters';
import { recordingReads } from './test-reads';

let stores: TestStores;

beforeAll(async () => {
  stores = await openTestStores();
}, 60_000);

afterAll(() => stores.drop());

describe('the job of a letter', () => {
  it('is asked for once, without the logs of its failures', async () => {
    const letters = await seedLetters(stores, 3, { workQueue: 'video' });
    const jobs = await seedJobsOf(stores, letters.slice(0, 2));
    expect(jobs[0]?.failures[0]?.log).not.toHaveLength(0);
    const reads = recordingReads(stores);
    const planned = await planReplays(reads, letters, null);
    expect(reads.asked).toEqual([letters.map(({ jobId }) => jobId)]);
    expect(planned.map(({ plan }) => plan.kind)).toEqual([
      'reopen-job',
      'reopen-job',
      'create-job',
    ]);
    expect(planned.map(({ job }) => job)).toEqual([
      ...jobs.map(({ failures, ...job }) => ({
        ...job,
        failures: failures.map(({ log: _, ...failure }) => failure),
      })),
      null,
    ]);
  });

  it('is the one that a mended message names', async () => {
    const [whole, broken] = await seedLetters(stores, 2, { workQueue: 'video' });
    if (whole === undefined || broken === undefined) throw new Error('no letters');
    const jobs = await seedJobsOf(stores, [whole, broken]);
    const fid = broken.jobId;
    const unread = { ...broken, jobId: null, problem: 'no object', body: bodyOf('broken') };
    const reads = recordingReads(stores);
    const expression = `video_fid ? {} : {"video_fid": "${fid}", "username": "a", "job_id": "${fid}"}`;
    const planned = await withEditor({ expression }, (edit) =>
      planReplays(reads, [whole, unread], edit),
    );
    expect(planned.map(({ job }) => job?._id)).toEqual(jobs.map(({ _id }) => _id));
    expect(reads.asked).toEqual([[whole.jobId], [fid]]);
  });
});
