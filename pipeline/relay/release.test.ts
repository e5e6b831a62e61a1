import type { JobOwner } from '../../contracts/job';
import { eventually } from '../../local/test-broker';
import { createdBefore } from './created-before';
import { metricLines, RelaySystem } from './test-relay';

const ann: JobOwner = { id: '1', address: 'ann@example.com' };
const bob: JobOwner = { id: '2', address: 'bob@example.com' };
const tutorial: JobOwner = { id: null, address: 'bare@example.com' };

let system: RelaySystem;

beforeAll(async () => {
  system = await RelaySystem.open();
}, 60_000);

afterEach(() => system.clear());
afterAll(() => system.close());

const ago = (ms: number): Date => new Date(Date.now() - ms);

/** A relay that does not take what the tests take off a queue for lost. */
const start = (settings: Record<string, string> = {}) =>
  system.start({ LOST_AFTER_MS: '600000', ...settings });

/** Until as many jobs of an owner are published. */
async function published(owner: JobOwner, count: number): Promise<void> {
  await eventually(`${count} published jobs`, async () => {
    const found = await system.jobs.countDocuments({ owner, publishedAt: { $ne: null } });
    return found >= count || undefined;
  });
}

/** Until the relay has looked at all held jobs once more. */
async function anotherLook(): Promise<void> {
  const probe = await system.accept({ id: `probe-${Math.random()}`, address: 'p@example.com' });
  await published(probe.owner, 1);
  await system.jobs.deleteOne({ _id: probe._id });
}

it('gives every owner a turn, and nobody more than a few jobs on the broker', async () => {
  const anns = [];
  for (let second = 50; second > 0; second -= 1) {
    anns.push(await system.accept(ann, { createdAt: ago(60_000 + second * 1_000) }));
  }
  const bobs = await system.accept(bob);
  const bare = await system.accept(tutorial);
  const { adminPort } = await start();
  await published(bob, 1);
  await published(tutorial, 1);
  await published(ann, 2);
  await anotherLook();
  await eventually('48 held jobs in the metrics', async () => {
    const [line] = await metricLines(adminPort, 'outbox_held_jobs ');
    return line === 'outbox_held_jobs 48' || undefined;
  });
  await eventually('the age of the oldest in the metrics', async () => {
    const [video, ...news] = await metricLines(adminPort, 'oldest_waiting_seconds{');
    expect(news).toEqual([
      'oldest_waiting_seconds{queue="mp3"} 0',
      'oldest_waiting_seconds{queue="failed"} 0',
    ]);
    const seconds = Number(video?.replace('oldest_waiting_seconds{queue="video"} ', ''));
    return (seconds >= 110 && seconds < 170) || undefined;
  });
  expect(await metricLines(adminPort, 'relay_active ')).toEqual(['relay_active 1']);
  expect(await metricLines(adminPort, 'outbox_published_total{reason="held"')).toEqual([
    'outbox_published_total{reason="held"} 5',
  ]);
  const { video } = await system.takeIds();
  const known = [...anns, bobs, bare].map(({ _id }) => _id);
  expect(video?.filter((id) => known.includes(id)).sort()).toEqual(
    [anns[0]?._id, anns[1]?._id, bobs._id, bare._id].sort(),
  );

  // One of Ann's has ended: her third follows.
  await system.jobs.updateOne(
    { _id: anns[1]?._id ?? '' },
    { $set: { state: 'ready', finishedAt: new Date() } },
  );
  expect((await system.broker.take('video')).properties.messageId).toBe(anns[2]?._id);
}, 30_000);

it('serves an owner of one job before it is done with those of many', async () => {
  const many = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => ({
    id: `many-${id}`,
    address: 'm@example.com',
  }));
  for (const owner of many) {
    for (let count = 0; count < 8; count += 1) await system.accept(owner);
  }
  const one = { id: 'one', address: 'one@example.com' };
  const { _id } = await system.accept(one);
  await start({ MAX_QUEUED_PER_OWNER: '8' });
  for (const owner of many) await published(owner, 8);
  const { video } = await system.takeIds();
  expect(video).toHaveLength(65);
  expect(video?.indexOf(_id)).toBeLessThan(16);
}, 30_000);

it('leaves a job that was accepted just now to the gateway', async () => {
  const young = await system.accept(ann, { createdAt: new Date() });
  await start({ PUBLISH_TIMEOUT_MS: '20000' });
  await anotherLook();
  const job = await system.jobs.findOne({ _id: young._id });
  expect(job?.publishedAt).toBeNull();
}, 30_000);

it('does not make a job wait that the gateway held because its owner had enough', async () => {
  const first = await system.accept(ann, { createdAt: ago(300), publishedAt: ago(300) });
  await system.accept(ann, { createdAt: ago(200), publishedAt: ago(200) });
  const third = await system.accept(ann, { createdAt: ago(100) });
  await start({ PUBLISH_TIMEOUT_MS: '20000' });
  await anotherLook();
  expect((await system.jobs.findOne({ _id: third._id }))?.publishedAt).toBeNull();
  await system.jobs.updateOne(
    { _id: first._id },
    { $set: { state: 'ready', finishedAt: new Date() } },
  );
  await eventually('published third', async () => {
    const job = await system.jobs.findOne({ _id: third._id });
    return job?.publishedAt ?? undefined;
  });
}, 30_000);

describe('which young jobs are the relay’s', () => {
  const graceMs = 10_000;
  const isRelays = async ({ createdAt }: { createdAt: Date }): Promise<boolean> =>
    createdAt < (await createdBefore(system.jobs, ann, 2, graceMs));
  const end = (ms: number) => ({ state: 'ready' as const, finishedAt: ago(ms) });

  it('all that are older than the gateway could take', async () => {
    expect(await isRelays({ createdAt: ago(graceMs + 1_000) })).toBe(true);
    expect(await isRelays({ createdAt: ago(graceMs - 1_000) })).toBe(false);
  });

  it('those that came when enough were open', async () => {
    await system.accept(ann, { createdAt: ago(900), publishedAt: ago(900), ...end(100) });
    await system.accept(ann, { createdAt: ago(800), publishedAt: ago(800), ...end(50) });
    const held = await system.accept(ann, { createdAt: ago(500) });
    const theGateways = await system.accept(ann, { createdAt: ago(20) });
    expect(await isRelays(held)).toBe(true);
    expect(await isRelays(theGateways)).toBe(false);
  });

  it('none that came when there was room', async () => {
    await system.accept(ann, { createdAt: ago(900), publishedAt: ago(900), ...end(600) });
    await system.accept(ann, { createdAt: ago(800), publishedAt: ago(800) });
    expect(await isRelays(await system.accept(ann, { createdAt: ago(500) }))).toBe(false);
  });
});
