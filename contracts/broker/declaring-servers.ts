import { connect, type ChannelModel } from 'amqplib';
import type { Topology } from '../topology';
import { declareTopology, type DifferentQueue } from './declare-topology';

/** A broker that takes a connection and then falls silent must not stop us from trying again. */
const connectTimeoutMs = 10_000;
/** For all queues together; some milliseconds each, seconds where a leader is being elected. */
const declareTimeoutMs = 30_000;
const heartbeatS = '10';

/**
 * For amqp-connection-manager's `findServers`: declares the topology over a short connection of
 * its own before every (re)connect, so that no channel ever opens on a broker without our queues
 * (channel set-up functions run at once, in no order). A broker that came back empty gets its
 * queues again.
 *
 * @param onDifferent Told each time about queues that exist with other arguments.
 */
export function declaringServers(
  url: string,
  topology: Topology,
  onDifferent: (different: readonly DifferentQueue[]) => void,
): () => Promise<string[]> {
  const address = new URL(url);
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', heartbeatS);
  let servers: string[] = [];
  return async () => {
    // amqp-connection-manager 5.0.0 asks again only once it has been through the servers it knows,
    // and after a refusal of ours it begins with them anew: it would connect without declaring.
    // It keeps this very array, so that emptying it makes it ask each time.
    servers.length = 0;
    const connection = await connect(address.href, { timeout: connectTimeoutMs });
    connection.on('error', () => undefined); // The pending call below rejects with the same error.
    try {
      onDifferent(await declareInTime(connection, topology));
    } finally {
      // Not waited for: amqplib 0.10.9 never tells when the connection breaks while it is closing.
      void connection.close().catch(() => undefined);
    }
    servers = [url];
    return servers;
  };
}

/** Also a channel that is closing when its connection breaks is waited for without end. */
async function declareInTime(
  connection: ChannelModel,
  topology: Topology,
): Promise<DifferentQueue[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the queues were not declared within ${declareTimeoutMs} ms`));
    }, declareTimeoutMs);
  });
  try {
    return await Promise.race([declareTopology(connection, topology), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
