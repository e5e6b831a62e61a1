import { MongoClient } from 'mongodb';
import { loadConfig } from '../../observability/config';
import { isMongoOutage } from '../../observability/mongo-outage';
import { endWritesWithTheirConnection } from '../../observability/mongo-writes';
import { deadLettersSettings } from '../config';
import { openStores, type DeadLetterStores } from '../stores';
import { CommandProblem, exitCodes, type ExitCode } from './problem';
import { outputOf, type Output, type Terminal } from './terminal';

/** What a verb works with. */
export interface Session extends Output {
  readonly stores: DeadLetterStores;
  readonly terminal: Terminal;
}

/** One verb of the command: what it does once MongoDB is open. No answer means that it is done. */
export type Verb = (session: Session) => Promise<ExitCode | undefined>;
export type RunVerb = (verb: Verb) => Promise<void>;

/**
 * Runs one verb with MongoDB open.
 *
 * @throws ConfigError, CommandProblem when MongoDB does not answer, and what the verb throws.
 */
export async function withSession(terminal: Terminal, verb: Verb): Promise<ExitCode> {
  const config = loadConfig('dead-letters', deadLettersSettings, terminal.environment);
  endWritesWithTheirConnection();
  const client = new MongoClient(config.mongoUrl, {
    appName: 'dead-letters',
    serverSelectionTimeoutMS: 5_000,
    socketTimeoutMS: config.mongoSocketTimeoutMs,
  });
  try {
    await client.connect();
    const stores = openStores(client.db(config.jobsDatabase));
    return (await verb({ ...outputOf(terminal), stores, terminal })) ?? exitCodes.done;
  } catch (error) {
    if (!isMongoOutage(error)) throw error;
    const why = Error.isError(error) ? error.message : String(error);
    throw new CommandProblem(
      `no connection to MongoDB (${why}). Is MONGO_URL right and the server up?`,
      { cause: error },
    );
  } finally {
    await client.close();
  }
}
