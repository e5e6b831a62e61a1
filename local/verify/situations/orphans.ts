import { ObjectId } from 'mongodb';
import { defaultDatabases, fileMark } from '../../../contracts/gridfs';
import type { Situation } from './situation';

const anHourMs = 3_600_000;

/** An MP3 with our mark whose job is gone, as a crash between two writes can leave it. */
export const orphans: Situation = {
  name: 'an orphaned file',
  alerts: [{ name: 'OrphansFound' }],
  begin: async ({ mongo }) => {
    const id = new ObjectId();
    await mongo
      .db(defaultDatabases.mp3s)
      .collection('fs.files')
      .insertOne({
        _id: id,
        length: 0,
        chunkSize: 255 * 1_024,
        uploadDate: new Date(Date.now() - anHourMs),
        filename: 'orphan.mp3',
        metadata: fileMark(new ObjectId().toHexString(), id.toHexString()),
      });
    // The sweeper itself ends it.
    return () => Promise.resolve();
  },
};
