import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Options } from 'amqplib';
import { BSON, ObjectId, type Db, type Document } from 'mongodb';
import type { JobRecord } from '../../contracts/job';
import type { QueueDeclaration } from '../../contracts/topology';
import { repositoryDirectory } from '../repository-directory';

interface Entry {
  readonly situation: string;
  readonly recordedAt: Date;
}

export interface RecordedMessage extends Entry {
  readonly queue: string;
  readonly body: string;
  readonly properties: Omit<Options.Publish, 'headers'> & {
    readonly headers?: Readonly<Record<string, unknown>>;
  };
}

export interface RecordedFile extends Entry {
  readonly database: 'videos' | 'mp3s';
  readonly content: string;
  readonly record: Document & { readonly _id: ObjectId; readonly chunkSize: number };
}

interface RecordedIndex {
  readonly key: Record<string, 1 | -1>;
  readonly name: string;
  readonly sparse?: boolean;
}

/** What a version wrote; see contracts/recorded/README.md. */
export interface Recording {
  readonly jobs: readonly (Entry & { readonly record: Omit<JobRecord, 'mail' | 'deadReason'> })[];
  readonly mails: readonly (Entry & { readonly record: Document & { readonly to: string } })[];
  readonly files: readonly RecordedFile[];
  readonly messages: readonly RecordedMessage[];
  readonly queues: readonly QueueDeclaration[];
  readonly indexes: readonly RecordedIndex[];
  content(name: string): Buffer;
}

/** Reads a recording as if its moment were now: every entry's dates are moved along. */
export function readRecording(version: string): Recording {
  const directory = join(repositoryDirectory(), 'contracts/recorded', version);
  const read = (name: string): unknown =>
    BSON.EJSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8'));
  const now = Date.now();
  const entries = (name: string) =>
    (read(name) as Entry[]).map((entry) => moveDates(entry, now - entry.recordedAt.getTime()));
  return {
    ...({
      jobs: entries('jobs'),
      mails: entries('mails'),
      files: entries('files'),
      messages: entries('messages'),
      queues: read('queues'),
      indexes: read('indexes'),
    } as unknown as Omit<Recording, 'content'>),
    content: (name) => readFileSync(join(directory, 'content', name)),
  };
}

function moveDates<Value>(value: Value, byMs: number): Value {
  if (value instanceof Date) return new Date(value.getTime() + byMs) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => moveDates(item, byMs)) as Value;
  if (typeof value !== 'object' || value === null || value instanceof ObjectId) return value;
  const moved = Object.entries(value).map(([key, item]: [string, unknown]) => [
    key,
    moveDates(item, byMs),
  ]);
  return Object.fromEntries(moved) as Value;
}

/** Puts records, files and indexes into databases that nothing runs on yet. */
export async function storeRecording(
  recording: Recording,
  databases: Readonly<Record<'videos' | 'mp3s' | 'jobs', Db>>,
): Promise<void> {
  const { jobs, mails, files, indexes } = recording;
  await databases.jobs.createCollection('jobs');
  const wanted = indexes.filter(({ name }) => name !== '_id_');
  await databases.jobs.collection('jobs').createIndexes(wanted.map(withoutVersion));
  await databases.jobs.collection('jobs').insertMany(jobs.map(({ record }) => plain(record)));
  await databases.jobs.collection('mails').insertMany(mails.map(({ record }) => record));
  for (const { database, content, record } of files) {
    const data = recording.content(content);
    if (data.length > record.chunkSize) throw new Error(`${content}: expected one chunk`);
    await databases[database]
      .collection('fs.chunks')
      .insertOne({ files_id: record._id, n: 0, data });
    await databases[database].collection('fs.files').insertOne(record);
  }
}

/** The server says the version of an index and the default collation; who makes one says neither. */
const withoutVersion = ({ key, name, sparse }: RecordedIndex) => ({
  key,
  name,
  ...(sparse === undefined ? {} : { sparse }),
});

/** Job ids are text; the driver's untyped collection expects ObjectIds. */
const plain = (record: object): Document => record;

/**
 * Publishes the recorded messages, each to the queue it was in.
 *
 * @param queueOf Today's name of a recorded queue: delays are part of a name.
 */
export async function publishRecording(
  { messages }: Recording,
  brokerUrl: string,
  queueOf: (queue: string) => string,
): Promise<void> {
  const connection = await connect(brokerUrl);
  const channel = await connection.createConfirmChannel();
  for (const { queue, body, properties } of messages) {
    // The broker's count of deliveries; it starts anew.
    const { 'x-delivery-count': _count, ...headers } = properties.headers ?? {};
    channel.sendToQueue(queueOf(queue), Buffer.from(body), { ...properties, headers });
  }
  await channel.waitForConfirms();
  await connection.close();
}
