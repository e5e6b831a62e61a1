import { connect } from 'amqplib';
import type { Topology } from '../topology';
import { declareTopology, type DifferentQueue } from './declare-topology';

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
): () => Promise<string> {
  return async () => {
    const connection = await connect(url);
    connection.on('error', () => undefined); // The pending call below rejects with the same error.
    try {
      onDifferent(await declareTopology(connection, topology));
    } finally {
      await connection.close().catch(() => undefined);
    }
    return url;
  };
}
