import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { MongoClient, type Collection } from 'mongodb';
import { runMain } from '../../run-main';
import { archived } from './archive';
import { requirePassword } from './read-password';

/**
 * A stand-in for mongodump, of which there is no Debian package: those of its options that
 * compose/backup.sh uses, through the driver.
 */
runMain(async () => {
  const { values } = parseArgs({
    options: {
      quiet: { type: 'boolean' },
      authenticationDatabase: { type: 'string' },
      username: { type: 'string' },
      config: { type: 'string' },
      archive: { type: 'boolean' },
      gzip: { type: 'boolean', default: false },
      db: { type: 'string' },
      collection: { type: 'string' },
      excludeCollection: { type: 'string', multiple: true, default: [] },
    },
  });
  requirePassword(values.config);
  const { db: name, collection: only, excludeCollection: without } = values;
  if (values.archive !== true || name === undefined) throw new Error('expected --archive and --db');
  const client = await MongoClient.connect(process.env['DRILL_MONGO_URL'] ?? '');
  try {
    const database = client.db(name);
    const found = await database.listCollections({}, { nameOnly: true }).toArray();
    const names = found
      .map((collection) => collection.name)
      .filter((collection) => only === undefined || collection === only)
      .filter((collection) => !without.includes(collection));
    const parts = async function* () {
      for (const collection of names) yield* dump(database.collection(collection));
    };
    if (values.gzip) await pipeline(parts, createGzip(), process.stdout, { end: false });
    else await pipeline(parts, process.stdout, { end: false });
  } finally {
    await client.close();
  }
  return 0;
});

async function* dump(collection: Collection): AsyncGenerator<Buffer> {
  const indexes = await collection.indexes();
  const { dbName: database, collectionName } = collection;
  const cursor = collection.find({}, { raw: true }) as unknown as AsyncIterable<Buffer>;
  yield* archived({ database, collection: collectionName, indexes }, cursor);
}
