import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { runInNewContext } from 'node:vm';
import { MongoClient, type Document } from 'mongodb';
import { runMain } from '../../run-main';

/**
 * A stand-in for mongosh: runs scripts that say `db.getSiblingDB(…).runCommand(…)`, `auth(…)` and
 * `printjson`. mongosh waits for each command; here they wait in line. The servers of a drill ask for
 * no password, but a command before the login is refused here. So is a password that is an argument.
 */
runMain(async () => {
  const { values } = parseArgs({
    options: {
      quiet: { type: 'boolean' },
      eval: { type: 'string' },
    },
  });
  const client = await MongoClient.connect(process.env['DRILL_MONGO_URL'] ?? '');
  let line: Promise<unknown> = Promise.resolve();
  let loggedIn = false;
  const db = {
    getSiblingDB: (name: string) => ({
      auth(user: string, password: string): void {
        if (name !== 'admin' || user === '' || password === '') {
          throw new Error(`auth: expected the database admin, a user and a password, got ${name}`);
        }
        loggedIn = true;
      },
      runCommand(command: Document): Promise<Document> {
        if (!loggedIn) throw new Error('runCommand: expected auth(user, password) before it');
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
    runInNewContext(values.eval ?? '', {
      db,
      printjson,
      process,
      require: createRequire(__filename),
    });
    await line;
  } finally {
    await client.close();
  }
  return 0;
});
