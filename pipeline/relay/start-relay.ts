import type { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ensureJobIndexes, jobCollection } from '../../contracts/job-collection';
import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import { relayLease } from '../../contracts/lease-record';
import { ensureDeadLetterIndexes } from '../../dead-letters/stores';
import { Outbox } from '../../contracts/outbox';
import { buildTopology } from '../../contracts/topology';
import { startAdminServer } from '../../observability/admin-server';
import type { ConfigOf } from '../../observability/config';
import { createLogger } from '../../observability/logger';
import { Metrics } from '../../observability/metrics';
import { MongoConnection } from '../../observability/mongo-connection';
import { Readiness } from '../../observability/readiness';
import type { RunningProcess } from '../../observability/run-process';
import { tracedPublisher } from '../../observability/traced-publisher';
import { startTracing } from '../../observability/tracing';
import { goodbyeMs, within } from '../../observability/within';
import type { relaySettings } from '../config';
import { Lease } from './lease';
import { loggedPublisher } from './logged-publisher';
import { BrokerConnection } from '../../observability/broker-connection';
import { startLoops } from './start-loops';

/** What a test build may put something around, to break or interrupt it. */
export interface RelayParts {
  readonly publisher: Publisher;
}

/** Puts the relay together and starts it: the active one, or a standby until that one is gone. */
export async function startRelay(
  config: ConfigOf<typeof relaySettings>,
  alter: (parts: RelayParts) => RelayParts = (parts) => parts,
): Promise<RunningProcess> {
  const log = createLogger('relay', config.logLevel);
  const tracing = await startTracing('relay', config, log);
  const metrics = new Metrics('relay');
  metrics.collectRuntime();
  const readiness = new Readiness();
  const { adminHost, adminPort } = config;
  const admin = await startAdminServer(adminHost, adminPort, metrics, readiness);
  const mongo = new MongoConnection(
    config.mongoUrl,
    {
      appName: 'relay',
      serverSelectionTimeoutMS: 3_000,
      socketTimeoutMS: config.mongoSocketTimeoutMs,
    },
    log,
    async (client: MongoClient) => {
      const database = client.db(config.jobsDatabase);
      await ensureJobIndexes(database);
      await ensureDeadLetterIndexes(database);
    },
  );
  readiness.add('mongodb', () => mongo.condition());

  const { videoQueue, mp3Queue, retryDelaysMs, maxQueuedPerOwner } = config;
  const topology = buildTopology({ video: videoQueue, mp3: mp3Queue }, retryDelaysMs);
  const broker = new BrokerConnection(
    'relay',
    config.rabbitmqUrl,
    topology,
    config.publishTimeoutMs,
    log,
  );
  readiness.add('rabbitmq', () => broker.condition());
  const { publisher } = alter({
    publisher: loggedPublisher(tracedPublisher(broker, topology), log),
  });

  const database = mongo.client.db(config.jobsDatabase);
  const jobs = jobCollection(database);
  // Not the name of the process alone: one that comes back after a crash has to wait as well.
  const holder = `${hostname()}:${process.pid}:${randomUUID()}`;
  const lease = new Lease(database, relayLease, holder, config.relayLeaseMs);
  readiness.addInformation('relay', () => ({
    ok: true,
    detail: lease.held ? 'active' : 'standby: another relay is active',
  }));
  const loops = startLoops({
    config,
    client: mongo.client,
    jobs,
    outbox: new Outbox(jobs, publisher, topology, maxQueuedPerOwner),
    publisher,
    broker,
    topology,
    lease,
    metrics,
    log,
  });
  log.info({ holder, adminPort: admin.port }, 'relay started');
  return {
    async stop() {
      log.info('relay is stopping');
      readiness.stopping();
      await within(goodbyeMs, 'ending what the relay is at', log, loops.stop());
      await within(goodbyeMs, 'closing the connection to RabbitMQ', log, broker.close());
      await within(goodbyeMs, 'closing the connection to MongoDB', log, mongo.close());
      await tracing.stop();
      await admin.stop();
    },
  };
}
