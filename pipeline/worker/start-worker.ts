import { connect } from 'amqp-connection-manager';
import type { DynamicModule } from '@nestjs/common';
import type { ConfirmChannel } from 'amqplib';
import type { MongoClient } from 'mongodb';
import { hostname } from 'node:os';
import { ConfirmedPublisher, type Publisher } from '../../contracts/broker/confirmed-publisher';
import { declaringServers } from '../../contracts/broker/declaring-servers';
import { ensureJobIndexes } from '../../contracts/job-collection';
import { buildTopology, type Topology, type WorkQueue } from '../../contracts/topology';
import { startAdminServer } from '../../observability/admin-server';
import type { Breaker } from '../../observability/breaker';
import { exportBreakers } from '../../observability/export-breakers';
import { createLogger, type LogLevel, type Logger } from '../../observability/logger';
import type { Service } from '../../observability/metric-table';
import { Metrics } from '../../observability/metrics';
import { MongoConnection } from '../../observability/mongo-connection';
import { Readiness } from '../../observability/readiness';
import { tracedPublisher } from '../../observability/traced-publisher';
import { startTracing } from '../../observability/tracing';
import { reportDifferent } from '../../observability/report-different';
import type { RunningProcess } from '../../observability/run-process';
import { goodbyeMs, within } from '../../observability/within';
import { Deliveries, type SettlingParts } from '../deliveries/deliveries';
import { closed, Gate, type Requirement } from '../deliveries/gate';
import { OpenChannels } from './open-channels';
import type { ConsumerConfig } from './rabbit-config';
import { startWorkerApp } from './worker-app';

/** The settings that starting any worker needs; see `pipeline/config.ts` for their meaning. */
export interface WorkerConfig {
  readonly rabbitmqUrl: string;
  readonly mongoUrl: string;
  readonly mongoSocketTimeoutMs: number;
  readonly videoQueue: string;
  readonly mp3Queue: string;
  readonly retryDelaysMs: readonly number[];
  readonly publishTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly jobsDatabase: string;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly logLevel: LogLevel;
  readonly otlpEndpoint: string | undefined;
}

/** What a worker is built from, once its connections are open. */
export interface WorkerParts {
  readonly mongo: MongoClient;
  /** For news; copies of deliveries are settled by another. */
  readonly publisher: Publisher;
  readonly topology: Topology;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Name of this process in claims and failures. */
  readonly worker: string;
  readonly consumer: ConsumerConfig;
  readonly deliveries: Deliveries;
}

export interface AssembledWorker {
  readonly module: DynamicModule;
  /** Nothing new begins while one of them is not closed. */
  readonly breakers: readonly Breaker[];
  /** What else work cannot begin without. */
  readonly requirements?: readonly Requirement[];
  /** Called after the last delivery is settled. */
  readonly stop?: () => Promise<void>;
}

/**
 * Opens what every worker needs (log, metrics, admin port, MongoDB, a publishing connection of its
 * own), lets `assemble` build the worker from it, and starts to consume.
 *
 * @param alterSettling For test builds: puts something around what settles deliveries.
 */
export async function startWorker(
  name: Extract<Service, 'converter' | 'notification'>,
  queues: readonly WorkQueue[],
  prefetch: number,
  config: WorkerConfig,
  assemble: (parts: WorkerParts) => AssembledWorker,
  alterSettling: (parts: SettlingParts) => SettlingParts = (parts) => parts,
): Promise<RunningProcess> {
  const log = createLogger(name, config.logLevel);
  const tracing = await startTracing(name, config, log);
  const metrics = new Metrics(name);
  metrics.collectRuntime();
  const readiness = new Readiness();
  const admin = await startAdminServer(config.adminHost, config.adminPort, metrics, readiness);

  const mongo = new MongoConnection(
    config.mongoUrl,
    {
      appName: name,
      serverSelectionTimeoutMS: 3_000,
      socketTimeoutMS: config.mongoSocketTimeoutMs,
    },
    log,
    (client) => ensureJobIndexes(client.db(config.jobsDatabase)),
  );
  readiness.add('mongodb', () => mongo.condition());

  const topology = buildTopology(
    { video: config.videoQueue, mp3: config.mp3Queue },
    config.retryDelaysMs,
  );
  const onDifferent = reportDifferent(log);
  // A connection of its own: when the broker blocks publishers, acks must still get through.
  const publishing = connect(null, {
    reconnectTimeInSeconds: 1,
    connectionOptions: { timeout: 10_000 },
    findServers: declaringServers(config.rabbitmqUrl, topology, onDifferent),
  });
  const publisher = new ConfirmedPublisher(publishing, config.publishTimeoutMs);
  const channels = new OpenChannels<ConfirmChannel>();
  const gate = new Gate();
  const deliveries = new Deliveries({
    topology,
    settling: alterSettling({ publisher, around: (work) => work }),
    gate,
    closedSignal: (queue) => channels.closedSignal(queue),
    metrics,
    log,
    settleEveryMs: 3_000,
  });
  const { rabbitmqUrl } = config;
  const consumer = { rabbitmqUrl, topology, queues, prefetch, log, onDifferent };
  const worker = `${hostname()}:${process.pid}`;
  const assembled = assemble({
    mongo: mongo.client,
    publisher: tracedPublisher(publisher, topology),
    topology,
    metrics,
    log,
    worker,
    consumer,
    deliveries,
  });
  const { module, breakers, requirements = [] } = assembled;
  exportBreakers(breakers, metrics, log);
  for (const breaker of breakers) gate.require(closed(breaker));
  for (const requirement of requirements) gate.require(requirement);
  readiness.addInformation('work', () => gate.condition());

  const app = await startWorkerApp({
    module,
    queues,
    channels,
    deliveries,
    readiness,
    log,
    stopTimeoutMs: config.stopTimeoutMs,
  });
  log.info({ queues, prefetch, worker, adminPort: admin.port }, `${name} started`);
  return {
    async stop() {
      log.info(`${name} is stopping`);
      await app.stop();
      await assembled.stop?.();
      for (const breaker of breakers) breaker.stop();
      await within(goodbyeMs, 'closing the publishing connection', log, publishing.close());
      await within(goodbyeMs, 'closing the connection to MongoDB', log, mongo.close());
      await tracing.stop();
      await admin.stop();
    },
  };
}
