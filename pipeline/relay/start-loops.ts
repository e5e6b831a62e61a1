import type { Collection, MongoClient } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import type { Outbox } from '../../contracts/outbox';
import { retryQueue, workQueues, type Topology, type WorkQueue } from '../../contracts/topology';
import type { ConfigOf } from '../../observability/config';
import type { Logger } from '../../observability/logger';
import type { Metrics } from '../../observability/metrics';
import type { RunningProcess } from '../../observability/run-process';
import type { relaySettings } from '../config';
import { explainWithheld } from '../sweeper/brake';
import { countSwept } from '../sweeper/sweep-report';
import { sweep } from '../sweeper/sweep';
import { sweptBuckets } from '../sweeper/swept-bucket';
import { deadLetterLoops } from './dead-letter-loops';
import { countHeldReplays } from './held-replays';
import { LeaseLost, type Lease } from './lease';
import { Loop } from './loop';
import { holdLost } from './lost-messages';
import type { BrokerConnection } from '../../observability/broker-connection';
import { nobodyWaits, showWaiting, waitingSince } from './oldest-waiting';
import { releaseHeld } from './release-held';
import { Shortfall } from './shortfall';
import { SweepSchedule } from './sweep-schedule';
import { announceLost, announceReplayed, announceUnheard, type Announced } from './unheard-news';
import { unhurriedMs } from './unhurried';

export interface RelayDeps {
  readonly config: ConfigOf<typeof relaySettings>;
  readonly client: MongoClient;
  readonly jobs: Collection<JobRecord>;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly broker: BrokerConnection;
  readonly topology: Topology;
  readonly lease: Lease;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** A publication and its mark may take so much longer than the broker's answer. */
const markMs = 1_000;

/** What a relay does over and over: keep the lease, and whatever the lease allows. */
export function startLoops(deps: RelayDeps): RunningProcess {
  const { config, client, jobs, outbox, publisher, broker, topology, lease, metrics, log } = deps;
  const { relayEveryMs, relayLeaseMs, lostAfterMs } = config;
  const { maxQueuedPerOwner, maxQueuedReplays } = config;
  let stopping = false;
  /** @throws LeaseLost */
  const proceed = () => {
    if (stopping || !lease.held) throw new LeaseLost(stopping ? 'stopping' : 'lease lost');
  };
  const active = (tick: () => Promise<void>) => async () => {
    if (!stopping && lease.held) await tick();
  };

  let since = nobodyWaits;
  let replaysHeld = 0;
  const lookAtWaiting = async () => {
    [since, replaysHeld] = await Promise.all([waitingSince(jobs), countHeldReplays(jobs)]);
  };
  metrics.onScrape(() => {
    metrics.set('relay_active', {}, !stopping && lease.held ? 1 : 0);
    showWaiting(lease.held ? since : nobodyWaits, metrics);
    metrics.set('outbox_held_replays', {}, lease.held ? replaysHeld : 0);
  });

  let wasActive = false;
  const keepLease = async () => {
    const isActive = await lease.take().finally(() => {
      if (wasActive && !lease.held) {
        log.warn('the lease is lost: standby');
        metrics.set('outbox_held_jobs', {}, 0);
        for (const queue of workQueues) metrics.set('dead_letters', { queue }, 0);
        since = nobodyWaits;
        replaysHeld = 0;
        wasActive = false;
      }
    });
    if (isActive && !wasActive) log.info('the lease is ours: active');
    wasActive = isActive;
  };

  const release = async () => {
    if (!broker.condition().ok) return; // It has said so itself.
    await releaseHeld(jobs, outbox, {
      maxQueuedPerOwner,
      graceMs: config.publishTimeoutMs + markMs,
      proceed,
      onHeld: (count) => {
        metrics.set('outbox_held_jobs', {}, count);
      },
      onReleased: (count) => {
        metrics.count('outbox_published_total', { reason: 'held' }, count);
      },
    });
  };

  const videos = new Shortfall(broker, withRetries(topology, 'video'));
  const results = new Shortfall(broker, [
    ...withRetries(topology, 'mp3'),
    ...withRetries(topology, 'failed'),
  ]);
  const news = { jobs, publisher, topology, lostAfterMs, proceed };
  const countGivenUp = ({ givenUp }: Announced) => {
    metrics.count('outbox_published_total', { reason: 'given-up' }, givenUp);
    if (givenUp > 0) log.info({ jobs: givenUp }, 'listeners of given-up jobs are told');
  };
  const recover = async () => {
    if (!broker.condition().ok) return;
    const lost = await holdLost(jobs, videos, lostAfterMs);
    if (lost > 0) {
      log.warn({ jobs: lost }, 'the broker lost messages of jobs; they are published again');
      metrics.count('lost_messages_total', {}, lost);
    }
    const unheard = await announceUnheard(news);
    metrics.count('outbox_published_total', { reason: 'unheard-news' }, unheard.jobs);
    if (unheard.jobs > 0) {
      log.warn({ jobs: unheard.jobs }, 'news that never went out were announced');
    }
    countGivenUp(unheard);
    const lostNews = await announceLost(news, results);
    const again = lostNews.jobs + lostNews.givenUp;
    metrics.count('outbox_published_total', { reason: 'lost-news' }, again);
    if (again > 0) log.warn({ jobs: again }, 'the broker lost news; they were announced again');
  };

  const replay = async () => {
    if (!broker.condition().ok) return;
    const released = await outbox.releaseReplays(maxQueuedReplays, proceed);
    metrics.count('outbox_published_total', { reason: 'replay' }, released);
    const announced = await announceReplayed(news, maxQueuedReplays);
    metrics.count('outbox_published_total', { reason: 'replay' }, announced.jobs);
    countGivenUp(announced);
  };

  const databases = {
    videos: config.videosDatabase,
    mp3s: config.mp3sDatabase,
    jobs: config.jobsDatabase,
  };
  const schedule = new SweepSchedule(config.sweepEveryMs);
  // For one sweep: whoever forgets the setting has the brake again.
  let removesMost = config.sweepRemovesMost;
  const sweepWhenDue = async () => {
    if (!schedule.isDue()) return;
    const report = await sweep(client, databases, config.sweepAgeMs, { removesMost, proceed });
    removesMost = false;
    schedule.swept();
    countSwept(report, metrics);
    for (const bucket of sweptBuckets) {
      const { withheld } = report[bucket];
      if (withheld !== undefined)
        log.error({ bucket, withheld }, explainWithheld(bucket, withheld));
    }
    log.info(report, 'swept');
  };

  const deadLetters = deadLetterLoops({
    database: client.db(config.jobsDatabase),
    broker,
    publisher,
    topology,
    proceed,
    active,
    metrics,
    log,
    everyMs: relayEveryMs,
    lostAfterMs,
  });
  const loops = [
    ...deadLetters,
    new Loop('lease', Math.min(1_000, relayLeaseMs / 3), keepLease, log),
    new Loop('outbox', relayEveryMs, active(release), log),
    new Loop('replays', relayEveryMs, active(replay), log),
    new Loop('waiting', unhurriedMs(relayEveryMs), active(lookAtWaiting), log),
    new Loop('recovery', Math.max(relayEveryMs, lostAfterMs / 10), active(recover), log),
    new Loop('sweeper', Math.min(1_000, config.sweepEveryMs), active(sweepWhenDue), log),
  ];
  return {
    async stop() {
      stopping = true;
      await Promise.all(loops.map((loop) => loop.stop()));
      if (!wasActive) return;
      // The next one otherwise waits for its end.
      await lease.giveBack().catch((error: unknown) => {
        log.warn({ err: error }, 'lease not given back; it ends by itself');
      });
    },
  };
}

function withRetries({ queueNames, retryDelaysMs }: Topology, queue: WorkQueue): string[] {
  const name = queueNames[queue];
  return [name, ...new Set(retryDelaysMs.map((delayMs) => retryQueue(name, delayMs)))];
}
