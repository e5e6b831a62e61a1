import type { Publisher } from '../contracts/broker/confirmed-publisher';
import { Outbox } from '../contracts/outbox';
import { buildTopology } from '../contracts/topology';
import { BrokerConnection } from '../observability/broker-connection';
import { startAdminServer, type AdminServer } from '../observability/admin-server';
import { Breaker } from '../observability/breaker';
import { exportBreakers } from '../observability/export-breakers';
import type { Logger } from '../observability/logger';
import { Metrics } from '../observability/metrics';
import { Readiness } from '../observability/readiness';
import { tracedPublisher } from '../observability/traced-publisher';
import { startTracing, type Tracing } from '../observability/tracing';
import { goodbyeMs, within } from '../observability/within';
import { AuthClient, AuthUnreachable } from './auth-client';
import type { GatewayConfig } from './config';
import { RunningEndpoints } from './endpoint';
import { type PublicServer, startPublicServer } from './http-server';
import { Mongo } from './mongo';
import { createRoutes } from './routes';

export interface GatewayDeps {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  /** Puts something around what publishes accepted jobs; test builds do. */
  readonly alterPublisher?: (publisher: Publisher) => Publisher;
}

export interface Gateway {
  /** Opens both ports at once; what is away shows in `/readyz` and is waited for. */
  start(): Promise<{ readonly port: number; readonly adminPort: number }>;
  /** Lets running requests end, then closes every connection. */
  stop(): Promise<void>;
}

/** Form fields are for later options; until then they are read and dropped. */
const maxFields = 20;
const maxOtherBytes = 1024 ** 2;
/** An export of ten thousand letters has some 20 MB. */
const maxImportBytes = 512 * 1024 ** 2;
/** How long a refused client may go on sending before it is cut off. */
const lingerMs = 30_000;
/** Auth comes back fast, and a probe costs one small request. */
const authBreaker = { errorThresholdPercentage: 50, volumeThreshold: 5, resetTimeoutMs: 1_000 };

export function createApp({ config, logger, alterPublisher }: GatewayDeps): Gateway {
  const metrics = new Metrics('gateway');
  const readiness = new Readiness();
  const running = new RunningEndpoints();
  const breaker = new Breaker('auth', (error) => error instanceof AuthUnreachable, authBreaker);
  const auth = new AuthClient(config.authAddress, config.authTimeoutMs, breaker);
  let started:
    | {
        mongo: Mongo;
        broker: BrokerConnection;
        server: PublicServer;
        admin: AdminServer;
        tracing: Tracing;
      }
    | undefined;

  function openMongo(): Mongo {
    const names = {
      videos: config.videosDatabase,
      mp3s: config.mp3sDatabase,
      jobs: config.jobsDatabase,
    };
    const timeouts = {
      selectMs: config.mongoSelectTimeoutMs,
      socketMs: config.mongoSocketTimeoutMs,
    };
    return new Mongo(config.mongoUrl, names, timeouts, logger);
  }

  function openBroker(): BrokerConnection {
    const queues = { video: config.videoQueue, mp3: config.mp3Queue };
    const topology = buildTopology(queues, config.retryDelaysMs);
    const { rabbitmqUrl, publishTimeoutMs } = config;
    return new BrokerConnection('gateway', rabbitmqUrl, topology, publishTimeoutMs, logger);
  }

  return {
    async start() {
      const tracing = await startTracing('gateway', config, logger);
      metrics.collectRuntime();
      exportBreakers([breaker], metrics, logger);
      const mongo = openMongo();
      const broker = openBroker();
      readiness.add('mongodb', () => mongo.condition());
      // Uploads are taken without it; the jobs are held until it is back.
      readiness.addInformation('rabbitmq', () => broker.condition());
      readiness.add('auth', () => ({ ok: breaker.state !== 'open', detail: breaker.state }));
      const limits = {
        fileBytes: config.maxUploadBytes,
        fields: maxFields,
        otherBytes: maxOtherBytes,
        idleMs: config.idleTimeoutMs,
      };
      const traced = tracedPublisher(broker, broker.topology);
      const publisher = alterPublisher?.(traced) ?? traced;
      const outbox = new Outbox(mongo.jobs, publisher, broker.topology, config.maxQueuedPerOwner);
      const routes = createRoutes({
        auth,
        mongo,
        outbox,
        limits,
        maxBacklog: config.maxBacklog,
        lingerMs,
        maxImportBytes,
        logger,
        metrics,
        running,
      });
      const { host, port, adminHost, adminPort } = config;
      const admin = await startAdminServer(adminHost, adminPort, metrics, readiness);
      const server = await startPublicServer(host, port, routes);
      started = { mongo, broker, server, admin, tracing };
      logger.info({ port: server.port, adminPort: admin.port }, 'listening');
      return { port: server.port, adminPort: admin.port };
    },

    async stop() {
      if (started === undefined) return;
      const { mongo, broker, server, admin, tracing } = started;
      started = undefined;
      readiness.stopping();
      await server.stop(config.shutdownTimeoutMs);
      await running.settled();
      breaker.stop();
      await within(goodbyeMs, 'closing the connection to RabbitMQ', logger, broker.close());
      await within(goodbyeMs, 'closing the connection to MongoDB', logger, mongo.close());
      await tracing.stop();
      await admin.stop();
      logger.info('stopped');
    },
  };
}
