import { parseArgs } from 'node:util';
import { runInNewContext } from 'node:vm';
import { MongoClient, type Document } from 'mongodb';
import { runMain } from '../../run-main';

/**
 * A stand-in for mongosh: runs scripts that say `db.getSiblingDB(…).runCommand(…)` and `printjson`.
 * mongosh waits for each command; here they wait in line.
 */
runMain(async () => {
  const { values } = parseArgs({
    options: {
      quiet: { type: 'boolean' },
      authenticationDatabase: { type: 'string' },
      username: { type: 'string' },
      password: { type: 'string' },
      eval: { type: 'string' },
    },
  });
  const client = await MongoClient.connect(process.env['DRILL_MONGO_URL'] ?? '');
  let line: Promise<unknown> = Promise.resolve();
  const db = {
    getSiblingDB: (name: string) => ({
      runCommand(command: Document): Promise<Document> {
        const answer = line.then(() => client.db(name).command(command));
        line = answer;
        return answer;
      },
    }),
  };
  const printjson = (answer: Promise<Document>) => {
    line = answer.then((document) => {
      console.log(JSON.stringify(document));
    });
  };
  try {
    runInNewContext(values.eval ?? '', { db, printjson });
    await line;
  } finally {
    await client.close();
  }
  return 0;
});
