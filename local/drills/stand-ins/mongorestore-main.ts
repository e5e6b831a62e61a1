import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { BSON, MongoClient, type Collection, type Document, type IndexDescription } from 'mongodb';
import { runMain } from '../../run-main';
import { documentsOf, isEnd, type Heading } from './archive';
import { requirePassword } from './read-password';

const batch = 200;
/** Numbers stay of the type that they are stored as. */
const asStored = { promoteValues: false, promoteLongs: false, promoteBuffers: false };

/** A stand-in for mongorestore: those of its options that compose/restore.sh uses. */
runMain(async () => {
  const { values } = parseArgs({
    options: {
      quiet: { type: 'boolean' },
      authenticationDatabase: { type: 'string' },
      username: { type: 'string' },
      config: { type: 'string' },
      archive: { type: 'boolean' },
      gzip: { type: 'boolean', default: false },
      drop: { type: 'boolean' },
      stopOnError: { type: 'boolean' },
    },
  });
  requirePassword(values.config);
  if (values.archive !== true || values.drop !== true) throw new Error('expected --archive --drop');
  const input: AsyncIterable<Buffer> = values.gzip
    ? process.stdin.pipe(createGunzip())
    : process.stdin;
  const client = await MongoClient.connect(process.env['DRILL_MONGO_URL'] ?? '');
  try {
    let collection: Collection | undefined;
    let waiting: Document[] = [];
    const write = async () => {
      if (waiting.length > 0) await collection?.insertMany(waiting, { forceServerObjectId: true });
      waiting = [];
    };
    for await (const bytes of documentsOf(input)) {
      if (collection === undefined) {
        collection = await begin(client, BSON.deserialize(bytes) as Heading);
      } else if (isEnd(bytes)) {
        await write();
        collection = undefined;
      } else {
        waiting.push(BSON.deserialize(bytes, asStored));
        if (waiting.length >= batch) await write();
      }
    }
    if (collection !== undefined) throw new Error('the archive ends within a collection');
  } finally {
    await client.close();
  }
  return 0;
});

async function begin(
  client: MongoClient,
  { database, collection: name, indexes }: Heading,
): Promise<Collection> {
  const collection = client.db(database).collection(name);
  await collection.drop();
  const made = indexes
    .filter((index) => index['name'] !== '_id_')
    .map(({ v: _version, ns: _namespace, ...index }) => index as unknown as IndexDescription);
  if (made.length > 0) await collection.createIndexes(made);
  return collection;
}
