import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ConfirmChannel } from 'amqplib';
import type { WorkQueue } from '../../contracts/topology';
import type { Logger } from '../../observability/logger';
import type { RunningProcess } from '../../observability/run-process';
import type { Readiness } from '../../observability/readiness';
import type { Deliveries } from '../deliveries/deliveries';
import { Consumers } from './consumers';
import type { OpenChannels } from './open-channels';
import { goodbyeMs, within } from '../../observability/within';
import { nestLog } from './nest-log';

export interface WorkerAppOptions {
  readonly module: DynamicModule;
  readonly queues: readonly WorkQueue[];
  readonly channels: OpenChannels<ConfirmChannel>;
  readonly deliveries: Deliveries;
  readonly readiness: Readiness;
  readonly log: Logger;
  /** How long running work may take to finish once stopping, in milliseconds. */
  readonly stopTimeoutMs: number;
}

/** Starts a Nest application without HTTP and gives its consumers a beginning and an end. */
export async function startWorkerApp(options: WorkerAppOptions): Promise<RunningProcess> {
  const { module, queues, channels, deliveries, readiness, log } = options;
  const app = await NestFactory.createApplicationContext(module, {
    logger: nestLog(log),
    abortOnError: false,
  });
  const consumers = new Consumers(app.get(AmqpConnection), queues, channels, log);
  await consumers.watch();
  readiness.add('rabbitmq', () => consumers.condition());
  return {
    async stop() {
      readiness.stopping();
      await within(goodbyeMs, 'cancelling the consumers', log, consumers.stopTaking());
      await deliveries.stop(options.stopTimeoutMs);
      await within(goodbyeMs, 'closing the consuming connection', log, app.close());
    },
  };
}
