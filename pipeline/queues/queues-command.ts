import { connect, type ChannelModel } from 'amqplib';
import Table from 'cli-table3';
import { Command, CommanderError } from 'commander';
import { applyPolicies, findMissingPolicies } from '../../contracts/broker/apply-policies';
import { vhostOf } from '../../contracts/broker/vhost-of';
import type { ManagementApi } from '../../contracts/broker/management-api';
import { declareTopology } from '../../contracts/broker/declare-topology';
import { buildTopology, type Topology } from '../../contracts/topology';
import { loadConfig } from '../../observability/config';
import { queuesSettings } from '../config';
import { migrateQueue } from './migrate-queue';
import { queueStatus } from './queue-status';

export interface QueuesStreams {
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
  readonly color: boolean;
}

/** Exit codes: done, something is wrong, the call was not understood. */
const exitCodes = { done: 0, problem: 1, usage: 2 } as const;

interface QueuesSession extends QueuesStreams {
  readonly connection: ChannelModel;
  readonly topology: Topology;
  readonly api: ManagementApi;
  readonly vhost: string;
}

/** `npm run queues -- …`. Resolves to the exit code; problems are said in one line. */
export async function queuesCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  streams: QueuesStreams,
): Promise<number> {
  const program = new Command('queues')
    .description('Look at the queues, declare them, and migrate queues that were made by hand.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        streams.say(text.trimEnd());
      },
      writeErr: (text) => {
        streams.complain(text.trimEnd());
      },
    });
  const withSession =
    (run: (session: QueuesSession, options: { json?: true }) => Promise<void>) =>
    (options: { json?: true }) =>
      openSession(environment, streams, (session) => run(session, options));
  program
    .command('status')
    .description('depth, consumers and shape of every queue')
    .option('--json', 'print JSON')
    .action(withSession(showStatus));
  program
    .command('apply')
    .description('declare every queue and set the policies; safe to repeat')
    .action(withSession(apply));
  program
    .command('migrate')
    .description(
      'make queues with other arguments into ours, with their messages; stop publishers and consumers first',
    )
    .action(withSession(migrate));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    streams.complain(`queues: ${Error.isError(error) ? error.message : String(error)}`);
    return exitCodes.problem;
  }
}

async function openSession(
  environment: Readonly<Record<string, string | undefined>>,
  streams: QueuesStreams,
  run: (session: QueuesSession) => Promise<void>,
): Promise<void> {
  const config = loadConfig('queues', queuesSettings, environment);
  const { username, password } = new URL(config.rabbitmqUrl);
  const api = {
    url: config.managementUrl,
    user: config.managementUser ?? (decodeURIComponent(username) || 'guest'),
    password: config.managementPassword ?? (decodeURIComponent(password) || 'guest'),
  };
  const topology = buildTopology(
    { video: config.videoQueue, mp3: config.mp3Queue },
    config.retryDelaysMs,
  );
  const connection = await connect(config.rabbitmqUrl).catch((error: unknown) => {
    const why = Error.isError(error) ? error.message : String(error);
    throw new Error(
      `no connection to RabbitMQ (${why}). Is RABBITMQ_URL right and the server up?`,
      {
        cause: error,
      },
    );
  });
  connection.on('error', () => undefined); // The call under way rejects with the same error.
  try {
    await run({ ...streams, connection, topology, api, vhost: vhostOf(config.rabbitmqUrl) });
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function showStatus(session: QueuesSession, { json }: { json?: true }): Promise<void> {
  const { say, connection, topology, color } = session;
  const statuses = await queueStatus(connection, topology);
  if (json === true) {
    say(JSON.stringify(statuses, null, 2));
    return;
  }
  const style = color ? {} : { style: { head: [], border: [] } };
  const table = new Table({ head: ['queue', 'shape', 'ready', 'consumers'], ...style });
  for (const { queue, shape, ready, consumers } of statuses) {
    table.push([queue, shape, ready, consumers]);
  }
  say(table.toString());
}

async function apply({ say, connection, topology, api, vhost }: QueuesSession): Promise<void> {
  const different = await declareTopology(connection, topology);
  for (const { queue, difference } of different) {
    say(`${queue} is used as it is: ${difference}`);
  }
  if (different.length > 0) say('`queues migrate` makes them ours.');
  const missing = await findMissingPolicies(api, vhost, topology);
  await applyPolicies(api, vhost, topology);
  for (const { policy, kind } of missing) {
    say(`policy ${policy}: ${kind === 'absent' ? 'added' : 'set back to ours'}`);
  }
  const ours = topology.queues.length - different.length;
  say(`${ours} of ${topology.queues.length} queues as declared, policies in place`);
}

async function migrate({ say, connection, topology }: QueuesSession): Promise<void> {
  for (const queue of topology.queues) {
    const { result, moved } = await migrateQueue(connection, queue);
    say(
      `${queue.name}: ${result === 'migrated' ? `migrated, ${moved} messages kept` : 'as declared'}`,
    );
  }
}
