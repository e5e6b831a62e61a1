import { ObjectId } from 'mongodb';
import type { JobOwner, JobRecord } from '../../contracts/job';
import { eventually } from '../../local/test-broker';
import { Shortfall } from './shortfall';
import { metricLines, RelaySystem } from './test-relay';

const ann: JobOwner = { id: '1', address: 'ann@example.com' };
const future = new Date('2100-01-01');
let system: RelaySystem;

beforeAll(async () => {
  system = await RelaySystem.open();
}, 60_000);

afterEach(() => system.clear());
afterAll(() => system.close());

const ago = (ms: number): Date => new Date(Date.now() - ms);
const lostLongAgo = () => ({ publishedAt: ago(60_000) });
const claimUntil = (expiresAt: Date) => ({
  state: 'converting' as const,
  attempts: 1,
  claim: { token: new ObjectId().toHexString(), worker: 'w', expiresAt },
});

const mp3 = () => ({ fid: new ObjectId(), bytes: 1, durationMs: 1 });
const ready = (): Partial<JobRecord> => ({
  state: 'ready',
  mp3: mp3(),
  publishedAt: ago(60_000),
  finishedAt: ago(60_000),
});
const refused = (): Partial<JobRecord> => ({
  state: 'failed',
  refusal: { reason: 'no-audio', detail: '' },
  publishedAt: ago(60_000),
  finishedAt: ago(60_000),
});

/** Until the relay has looked after losses some more times: it finds the news of this job. */
async function moreLooks(): Promise<void> {
  for (let look = 0; look < 4; look += 1) {
    const { _id } = await system.accept(ann, ready());
    await eventually('announced', async () => {
      const job = await system.jobs.findOne({ _id });
      return job?.announcedAt ?? undefined;
    });
    await system.jobs.deleteOne({ _id });
  }
  await system.broker.takeAll('mp3');
}

describe('a job whose message the broker lost', () => {
  it('is published again, whatever it was doing', async () => {
    const queued = await system.accept(ann, lostLongAgo());
    const crashed = await system.accept(ann, { ...lostLongAgo(), ...claimUntil(ago(60_000)) });
    const waiting = await system.accept(
      { id: '2', address: 'bob@example.com' },
      { ...lostLongAgo(), state: 'waiting', attempts: 1 },
    );
    const { adminPort } = await system.start();
    const ids = [];
    for (let count = 0; count < 3; count += 1) {
      ids.push((await system.broker.take('video')).properties.messageId);
    }
    expect(ids.sort()).toEqual([queued._id, crashed._id, waiting._id].sort());
    expect(await metricLines(adminPort, 'lost_messages_total')).toEqual(['lost_messages_total 3']);
  }, 30_000);

  it('is left alone while somebody works on it', async () => {
    const { _id } = await system.accept(ann, { ...lostLongAgo(), ...claimUntil(future) });
    const lost = await system.accept({ id: '2', address: 'bob@example.com' }, lostLongAgo());
    await system.start();
    await system.broker.take('video');
    // On a slow machine it would be lost once more, now that the test has its message.
    await system.jobs.deleteOne({ _id: lost._id });
    await moreLooks();
    expect(await system.takeIds()).toEqual({});
    expect((await system.jobs.findOne({ _id }))?.publishedAt).not.toBeNull();
  }, 30_000);

  it.each(['video', 'video.retry.1m'])(
    'is no loss while its message is in %s',
    async (queue) => {
      const { _id } = await system.accept(ann, lostLongAgo());
      await system.broker.publish(queue, {}, { messageId: _id });
      await system.start();
      await moreLooks();
      expect(await system.takeIds()).toEqual({ [queue]: [_id] });
      // Off the queue and nowhere else: now it is one.
      expect((await system.broker.take('video')).properties.messageId).toBe(_id);
    },
    30_000,
  );

  it('is waited for while it was heard of lately', async () => {
    const at = new Date();
    const failure = { attempt: 1, at, worker: 'w', step: null, errorClass: 'E', error: 'e' };
    await system.accept(ann, { publishedAt: new Date() });
    await system.accept(ann, { ...lostLongAgo(), state: 'waiting', failures: [failure] });
    await system.accept(ann, { ...lostLongAgo(), ...claimUntil(new Date()) });
    await system.start({ LOST_AFTER_MS: '20000' });
    const old = await system.accept(
      { id: '2', address: 'bob@example.com' },
      { publishedAt: ago(60_000) },
    );
    await eventually('lost', async () => {
      const held = await system.jobs.findOne({ _id: old._id, publishedAt: { $gt: ago(50_000) } });
      return held ?? undefined;
    });
    const ids = Object.values(await system.takeIds()).flat();
    // It takes two looks, 2 s apart, to see the loss; the others are too young for it.
    expect(ids).toEqual([old._id]);
  }, 30_000);

  it('is found in a queue that never runs empty', async () => {
    const lost = await system.accept(ann, { publishedAt: ago(60_000) });
    const queued = await system.accept(ann, { publishedAt: ago(50_000) });
    await system.broker.publish('video', {}, { messageId: queued._id });
    await system.start();
    await eventually('a second message', async () => {
      return (await system.broker.channel.checkQueue('video')).messageCount > 1 || undefined;
    });
    await moreLooks();
    expect(await system.takeIds()).toEqual({ video: [queued._id, lost._id] });
  }, 30_000);

  it('has its queue again when somebody deleted that', async () => {
    const { _id } = await system.accept(ann, lostLongAgo());
    const { adminPort } = await system.start();
    await eventually('active', async () => {
      return (await metricLines(adminPort, 'outbox_held_jobs ')).at(0);
    });
    await system.broker.channel.deleteQueue('video');
    await eventually('published', async () => {
      const job = await system.jobs.findOne({ _id, publishedAt: { $gt: ago(50_000) } });
      return job ?? undefined;
    });
    expect(await system.takeIds()).toEqual({ video: [_id] });
  }, 30_000);
});

describe('news', () => {
  it('that never went out are announced once', async () => {
    const done = await system.accept(ann, ready());
    const failed = await system.accept(ann, refused());
    await system.accept(ann, { ...ready(), state: 'dead', mp3: null });
    await system.accept(ann, { ...ready(), finishedAt: new Date(Date.now() + 60_000) });
    await system.start();
    const readyNews = await system.broker.take('mp3');
    expect(JSON.parse(readyNews.content.toString())).toEqual({
      video_fid: done._id,
      mp3_fid: String(done.mp3?.fid),
      username: ann.address,
      job_id: done._id,
    });
    const refusal = await system.broker.take('mp3.failed');
    expect(JSON.parse(refusal.content.toString())).toEqual({
      video_fid: failed._id,
      username: ann.address,
      job_id: failed._id,
      reason: 'no-audio',
    });
    const marked = await eventually('marked', async () => {
      const jobs = await system.jobs.find({ announcedAt: { $ne: null } }).toArray();
      return jobs.length === 2 ? jobs : undefined;
    });
    expect(marked.map(({ mail }) => mail)).toEqual(['pending', 'pending']);
  }, 30_000);

  it('do not make a sent mail pending', async () => {
    const { _id } = await system.accept(ann, { ...ready(), mail: 'sent' });
    await system.start();
    const job = await eventually('announced', async () => {
      return (await system.jobs.findOne({ _id, announcedAt: { $ne: null } })) ?? undefined;
    });
    expect(job.mail).toBe('sent');
  }, 30_000);

  it.each([null, new Date(0)])(
    'of a job whose dead letter was given up go out as any refusal; put back: %p',
    async (replayedAt) => {
      const refusal = { reason: 'given-up', detail: 'no longer wanted' } as const;
      const failed = await system.accept(ann, { ...refused(), refusal, replayedAt });
      await system.start();
      const news = await system.broker.take('mp3.failed');
      expect(JSON.parse(news.content.toString())).toMatchObject({
        job_id: failed._id,
        reason: 'given-up',
      });
      await eventually('marked', async () => {
        const job = await system.jobs.findOne({ _id: failed._id });
        return (job?.announcedAt && job.mail === 'pending') || undefined;
      });
    },
    30_000,
  );

  it('are sent again when the broker lost them', async () => {
    const announced = { announcedAt: ago(60_000), mail: 'pending' as const };
    const done = await system.accept(ann, { ...ready(), ...announced });
    await system.accept(ann, { ...ready(), ...announced, mail: 'sent' });
    await system.accept(ann, { ...ready(), ...announced, mail: 'dead' });
    const { adminPort } = await system.start();
    const message = await system.broker.take('mp3');
    expect(message.properties.messageId).toBe(`ready.${String(done.mp3?.fid)}`);
    await system.jobs.updateOne({ _id: done._id }, { $set: { mail: 'sent' } });
    await moreLooks();
    expect(await system.takeIds()).toEqual({});
    expect(await metricLines(adminPort, 'outbox_published_total{reason="lost-news"}')).toEqual([
      'outbox_published_total{reason="lost-news"} 1',
    ]);
  }, 30_000);

  it.each(['mp3', 'mp3.retry.1m', 'mp3.failed', 'mp3.failed.retry.1m'])(
    'are no loss while they are in %s',
    async (queue) => {
      await system.accept(ann, { ...ready(), announcedAt: ago(60_000), mail: 'pending' });
      await system.broker.publish(queue, {}, { messageId: 'news' });
      const { adminPort } = await system.start({ LOST_AFTER_MS: '300' });
      // Each of these takes two looks.
      for (let loss = 0; loss < 3; loss += 1) {
        const probe = await system.accept(ann, lostLongAgo());
        await system.broker.take('video');
        await system.jobs.deleteOne({ _id: probe._id });
      }
      expect(await metricLines(adminPort, 'outbox_published_total{reason="lost-news"}')).toEqual([
        'outbox_published_total{reason="lost-news"} 0',
      ]);
      expect(await system.takeIds()).toEqual({ [queue]: ['news'] });
    },
    30_000,
  );
});

it('takes for missing only what was missing twice', async () => {
  let ready = 5;
  const shortfall = new Shortfall({ readyMessages: () => Promise.resolve(ready) }, []);
  const look = (expected: number) => shortfall.look(() => Promise.resolve(expected));
  expect(await look(7)).toBe(0);
  expect(await look(8)).toBe(2);
  ready = 8;
  expect(await look(8)).toBe(0);
  ready = 0;
  expect(await look(8)).toBe(0);
  shortfall.reset();
  expect(await look(8)).toBe(0);
});

it('does not take for missing what was told a moment ago and is on its way', async () => {
  const shortfall = new Shortfall({ readyMessages: () => Promise.resolve(5) }, []);
  const look = (expected: number) => shortfall.look(() => Promise.resolve(expected));
  expect(await look(7)).toBe(0);
  expect(await look(7)).toBe(2);
  expect(await look(6)).toBe(0);
  expect(await look(6)).toBe(1);
});
