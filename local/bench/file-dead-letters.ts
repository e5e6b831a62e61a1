import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { connect } from 'amqplib';
import { ObjectId } from 'mongodb';
import { defaultDatabases, fileMark, openBucket } from '../../contracts/gridfs';
import { buildTopology, defaultRetryDelaysMs } from '../../contracts/topology';
import type { DeadLetterStores } from '../../dead-letters/stores';
import { startDaemon, stopDaemon } from '../daemon/supervisor';
import type { Product } from '../e2e/product';
import { createProductProcess } from '../processes/product-process';
import { queueNames } from '../queue-names';
import { makeSample } from '../sample-media';
import {
  diedConverting,
  mailDied,
  publishDeaths,
  recordJobs,
  storeMp3s,
  type Death,
} from '../seed-dead-letters';
import { amqpUrl } from '../servers/rabbitmq-urls';
import { eventually } from '../test-broker';
import { timed } from './median-ms';

/** One in ten is a mail that was refused; the others are conversions. */
const mailShare = 10;
const users = 200;
const patienceMs = 600_000;

export interface Filling {
  readonly count: number;
  readonly video: string;
  readonly directory: string;
  readonly progress: (line: string) => void;
}

/**
 * Publishes dead letters while there is no relay, and starts one.
 *
 * @returns how long it took to file them all, in milliseconds
 */
export async function fileDeadLetters(
  { stack: { config }, mongo }: Product,
  { letters, database }: DeadLetterStores,
  { count, video, directory, progress }: Filling,
): Promise<number> {
  const relay = createProductProcess(config, 'relay');
  await stopDaemon(config, relay);
  progress(`publishing ${count} dead letters`);
  const sourceFid = new ObjectId();
  const source = openBucket(mongo, defaultDatabases.videos).openUploadStreamWithId(
    sourceFid,
    'video.mp4',
    { metadata: fileMark(sourceFid.toHexString(), null) },
  );
  await finished(source.end(await readFile(video)));
  const sound = join(directory, 'sound.mp3');
  await makeSample(sound, { seconds: 1, output: ['-vn'] });
  const mp3 = await readFile(sound);
  const deaths = makeDeaths(count, sourceFid, mp3.length);
  await storeMp3s(mongo.db(defaultDatabases.mp3s), deaths, mp3);
  await recordJobs(database, deaths);
  const connection = await connect(amqpUrl(config));
  const topology = buildTopology(queueNames, defaultRetryDelaysMs);
  await publishDeaths(await connection.createConfirmChannel(), topology, deaths);
  await connection.close();

  progress('waiting until the relay has filed them');
  const starting = startDaemon(config, relay);
  const filed = (least: number) =>
    eventually(
      `dead letter ${least}`,
      async () => (await letters.estimatedDocumentCount()) >= least || undefined,
      patienceMs,
    );
  await filed(1);
  const { ms } = await timed(() => filed(count));
  await starting;
  return ms;
}

/** As many conversions and mails of as many users as a bad day may leave. */
function makeDeaths(count: number, sourceFid: ObjectId, mp3Bytes: number): Death[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const address = `listener${index % users}@example.com`;
    const owner = { id: `listener-${index % users}`, address };
    const createdAt = new Date(now - (count - index) * 1_000);
    const options = { owner, sourceFid, createdAt };
    return index % mailShare === 0
      ? mailDied(options, { bytes: mp3Bytes, durationMs: 1_000 })
      : diedConverting(options);
  });
}
