import { connect } from 'amqplib';
import { ObjectId } from 'mongodb';
import { defaultDatabases } from '../../../contracts/gridfs';
import { newJob } from '../../../contracts/job';
import { jobCollection } from '../../../contracts/job-collection';
import { held } from '../../../contracts/outbox';
import { startDaemon, stopDaemon } from '../../daemon/supervisor';
import { createProductProcess } from '../../processes/product-process';
import { queueNames } from '../../queue-names';
import { amqpUrl } from '../../servers/rabbitmq-urls';
import type { StackConfig } from '../../stack-config';
import type { Observer } from './observe';
import { until } from './until';

/** Longer ago than the gateway may be busy with them. */
const heldMs = 60_000;

/**
 * Held jobs per second that the one active relay publishes, as after an outage of the broker: no
 * converter may run. What was published is thrown away.
 */
export async function relayReleasesPerSecond(
  config: StackConfig,
  { mongo }: Observer,
  owners: number,
  jobsEach: number,
): Promise<number> {
  const relay = createProductProcess(config, 'relay');
  await stopDaemon(config, relay);
  const jobs = jobCollection(mongo.db(defaultDatabases.jobs));
  const count = owners * jobsEach;
  const records = Array.from({ length: count }, (_, index) => {
    const user = index % owners;
    const owner = { id: `held-${user}`, address: `held${user}@example.com` };
    const fid = new ObjectId();
    const source = { fid, name: 'held.mp4', bytes: 1_000 };
    return newJob(fid.toHexString(), owner, source, new Date(Date.now() - heldMs + index));
  });
  await jobs.insertMany(records, { ordered: false });
  const ids = { _id: { $in: records.map(({ _id }) => _id) } };
  await startDaemon(config, relay);
  await until(
    `${count} jobs on the broker`,
    async () => (await jobs.countDocuments({ ...held })) === 0,
  );
  const first = await jobs.findOne(ids, { sort: { publishedAt: 1 } });
  const last = await jobs.findOne(ids, { sort: { publishedAt: -1 } });
  const ms = (last?.publishedAt?.getTime() ?? NaN) - (first?.publishedAt?.getTime() ?? NaN);
  await jobs.deleteMany(ids);
  await purge(config);
  return (count - 1) / (ms / 1_000);
}

/** Takes what is in the queue of videos out of it. */
export async function purge(config: StackConfig): Promise<void> {
  const connection = await connect(amqpUrl(config));
  try {
    const channel = await connection.createChannel();
    await channel.purgeQueue(queueNames.video);
  } finally {
    await connection.close();
  }
}
