import { BSON, ObjectId, type MongoClient } from 'mongodb';
import { defaultDatabases } from '../../../contracts/gridfs';
import { ensureJobIndexes, jobCollection } from '../../../contracts/job-collection';
import { mailCollection } from '../../../contracts/mail-record';
import { assumedMailIndexBytes } from '../per-job';

const copies = 20_000;
const scratch = 'bench_capacity_records';

/**
 * Bytes of a finished job's record with its share of the indexes, and of its mail's entry: from many
 * copies of one that is there, before the server compresses them. `assumedMailIndexBytes` of it are
 * not measured.
 */
export async function recordBytes(mongo: MongoClient): Promise<number> {
  const original = await jobCollection(mongo.db(defaultDatabases.jobs)).findOne({ state: 'ready' });
  const mail = await mailCollection(mongo.db(defaultDatabases.jobs)).findOne({ state: 'sent' });
  if (original === null || mail === null) throw new Error('no job is ready, or no mail is out');
  const database = mongo.db(scratch);
  try {
    await ensureJobIndexes(database);
    const jobs = jobCollection(database);
    for (let from = 0; from < copies; from += 1_000) {
      await jobs.insertMany(
        Array.from({ length: 1_000 }, (_, index) => {
          const at = (date: Date | null) => date && new Date(date.getTime() + from + index);
          return {
            ...original,
            _id: new ObjectId().toHexString(),
            owner: { ...original.owner, id: String((from + index) % 500) },
            mp3: original.mp3 && { ...original.mp3, fid: new ObjectId() },
            createdAt: at(original.createdAt) ?? original.createdAt,
            publishedAt: at(original.publishedAt),
            announcedAt: at(original.announcedAt),
            finishedAt: at(original.finishedAt),
          };
        }),
      );
    }
    // Sizes of indexes are those of the last checkpoint.
    await mongo.db('admin').command({ fsync: 1 });
    const stats = (await database.command({ collStats: jobs.collectionName })) as {
      size: number;
      totalIndexSize: number;
      count: number;
    };
    const job = (stats.size + stats.totalIndexSize) / stats.count;
    return job + BSON.calculateObjectSize(mail) + assumedMailIndexBytes;
  } finally {
    await database.dropDatabase();
  }
}
