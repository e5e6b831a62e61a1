import { connect as connectManager } from 'amqp-connection-manager';
import { connect } from 'amqplib';
import type { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { ConfirmedPublisher } from '../../contracts/broker/confirmed-publisher';
import { declareTopology } from '../../contracts/broker/declare-topology';
import { buildTopology } from '../../contracts/topology';
import type { ConfigOf } from '../../observability/config';
import { Metrics } from '../../observability/metrics';
import type { RunningProcess } from '../../observability/run-process';
import type { converterSettings } from '../config';
import { Deliveries } from '../deliveries/deliveries';
import { closed, Gate } from '../deliveries/gate';
import { assembleConverter, type ConverterParts } from './assemble-converter';

/** A converter as it is, on an amqplib consumer that acks what may be acked. */
export async function startPlainConverter(
  rabbitmqUrl: string,
  mongo: MongoClient,
  config: ConfigOf<typeof converterSettings>,
  alter: (parts: ConverterParts) => ConverterParts,
): Promise<RunningProcess> {
  const log = pino({ level: 'silent' });
  const metrics = new Metrics('converter');
  const topology = buildTopology({ video: 'video', mp3: 'mp3' }, config.retryDelaysMs);
  const publishing = connectManager([rabbitmqUrl]);
  const publisher = new ConfirmedPublisher(publishing, config.publishTimeoutMs);
  const parts = { mongo, publisher, topology, metrics, log, worker: randomUUID() };
  const { converter, breakers, requirements, stop } = assembleConverter(parts, config, alter);
  const gate = new Gate();
  for (const requirement of [...breakers.map(closed), ...requirements]) gate.require(requirement);
  const connection = await connect(rabbitmqUrl);
  const channelGone = new AbortController();
  const deliveries = new Deliveries({
    topology,
    settling: { publisher, around: (work) => work },
    gate,
    closedSignal: () => channelGone.signal,
    metrics,
    log,
    settleEveryMs: 100,
  });
  await declareTopology(connection, topology);
  const channel = await connection.createChannel();
  await channel.prefetch(2);
  const { consumerTag } = await channel.consume('video', (message) => {
    if (message === null) return;
    const handled = deliveries.handle('video', message, (delivery, signal, jobLog) =>
      converter.convert(delivery, signal, jobLog),
    );
    handled.then(
      () => {
        channel.ack(message);
      },
      () => undefined, // Let go: the broker hands it over again.
    );
  });
  return {
    async stop() {
      await channel.cancel(consumerTag);
      await deliveries.stop(config.stopTimeoutMs);
      await channel.close();
      await connection.close();
      await publishing.close();
      await stop();
      for (const breaker of breakers) breaker.stop();
    },
  };
}
