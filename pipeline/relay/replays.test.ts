import { ObjectId } from 'mongodb';
import type { JobOwner, JobRecord } from '../../contracts/job';
import { eventually } from '../../local/test-broker';
import { metricLines, RelaySystem } from './test-relay';

const ann: JobOwner = { id: '1', address: 'ann@example.com' };
let system: RelaySystem;

beforeAll(async () => {
  system = await RelaySystem.open();
}, 60_000);

afterEach(() => system.clear());
afterAll(() => system.close());

const ago = (ms: number): Date => new Date(Date.now() - ms);

/** A relay that does not take what the tests take off a queue for lost. */
const start = (settings: Record<string, string> = {}) =>
  system.start({ LOST_AFTER_MS: '600000', MAX_QUEUED_REPLAYS: '2', ...settings });

/** `count` jobs that were put back, one after the other. */
async function putBack(count: number, change: Partial<JobRecord> = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const replayedAt = ago(60_000 - nth * 1_000);
    const { _id } = await system.accept(ann, { replays: 1, replayedAt, ...change });
    ids.push(_id);
  }
  return ids;
}

/** Until the relay has looked at its replays once more: it counts one that is its turn. */
async function published(adminPort: number, count: number): Promise<void> {
  await eventually(`${count} published replays`, async () => {
    const [line] = await metricLines(adminPort, 'outbox_published_total{reason="replay"}');
    return line === `outbox_published_total{reason="replay"} ${count}` || undefined;
  });
}

const heldReplays = (adminPort: number, count: number) =>
  eventually(`${count} held replays`, async () => {
    const [line] = await metricLines(adminPort, 'outbox_held_replays ');
    return line === `outbox_held_replays ${count}` || undefined;
  });

it('are a few on the broker at a time, and a fresh upload of the same owner is not behind them', async () => {
  const ids = await putBack(5);
  const { adminPort } = await start();
  await published(adminPort, 2);
  await heldReplays(adminPort, 3);
  const fresh = await system.accept(ann);
  await eventually('the fresh job', async () => {
    return (await system.jobs.findOne({ _id: fresh._id }))?.publishedAt ?? undefined;
  });
  const { video = [] } = await system.takeIds();
  expect(video.sort()).toEqual([ids[0], ids[1], fresh._id].sort());

  // One has died again, another is ready: the next two follow.
  const ended = { state: 'dead', finishedAt: new Date() } as const;
  await system.jobs.updateOne({ _id: ids[0] ?? '' }, { $set: ended });
  await system.jobs.updateOne({ _id: ids[1] ?? '' }, { $set: { ...ended, state: 'ready' } });
  await published(adminPort, 4);
  await heldReplays(adminPort, 1);
  expect((await system.takeIds())['video']?.sort()).toEqual([ids[2], ids[3]].sort());
}, 30_000);

it('have a few mails under way at a time', async () => {
  const mp3 = { fid: new ObjectId(), bytes: 1, durationMs: 1 };
  const ended = { mp3, publishedAt: ago(60_000), finishedAt: ago(60_000) };
  const ids = await putBack(5, { ...ended, state: 'ready', mail: 'none' });
  const { adminPort } = await start({ LOST_AFTER_MS: '10000' });
  await published(adminPort, 2);
  const first = await system.broker.take('mp3');
  expect(first.properties.headers).toMatchObject({ replay: 1 });
  await system.broker.take('mp3');
  const pending = { mail: 'pending', announcedAt: { $ne: null } } as const;
  const under = await system.jobs.find(pending).toArray();
  expect(under.map(({ _id }) => _id).sort()).toEqual(ids.slice(0, 2).sort());

  await system.jobs.updateOne({ _id: ids[0] ?? '' }, { $set: { mail: 'sent' } });
  await published(adminPort, 3);
  await system.broker.take('mp3');
  expect(await system.jobs.countDocuments(pending)).toBe(2);
}, 30_000);

it('are left to the worker that is about to announce them', async () => {
  const refusal = { reason: 'no-audio', detail: '' } as const;
  await putBack(1, { state: 'failed', refusal, finishedAt: new Date() });
  const [old = ''] = await putBack(1, { state: 'failed', refusal, finishedAt: ago(700_000) });
  const { adminPort } = await start();
  await published(adminPort, 1);
  expect(await system.takeIds()).toEqual({ 'mp3.failed': [`failed.${old}`] });
}, 30_000);

it('that the broker lost wait for their turn again', async () => {
  const ids = await putBack(3, {});
  await system.jobs.updateMany(
    { _id: { $in: ids.slice(0, 2) } },
    { $set: { publishedAt: ago(60_000) } },
  );
  const { adminPort } = await start({ LOST_AFTER_MS: '500' });
  await published(adminPort, 2);
  expect((await system.takeIds())['video']?.sort()).toEqual(ids.slice(0, 2).sort());
}, 30_000);
