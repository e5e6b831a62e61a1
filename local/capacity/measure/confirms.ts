import { connect } from 'amqplib';

/** Long enough for a steady rate, short enough to wait for. */
const measuredMs = 3_000;
const queue = 'bench.capacity';
/** About as large as a message of ours. */
const body = Buffer.alloc(200, 'x');

export interface Confirmed {
  readonly messages: number;
  readonly perSecond: number;
}

/**
 * Persistent messages per second that a quorum queue of its own confirms.
 *
 * @param inFlight publications that wait for their confirm at a time
 */
export async function confirm(url: string, inFlight: number): Promise<Confirmed> {
  const connection = await connect(url);
  try {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    const beganMs = performance.now();
    let confirmed = 0;
    const lane = async () => {
      while (performance.now() - beganMs < measuredMs) {
        await new Promise<void>((resolve, reject) => {
          channel.sendToQueue(
            queue,
            body,
            { persistent: true, mandatory: true },
            (error: Error | null) => {
              if (error === null) resolve();
              else reject(error);
            },
          );
        });
        confirmed += 1;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    const seconds = (performance.now() - beganMs) / 1_000;
    await channel.deleteQueue(queue);
    return { messages: confirmed, perSecond: confirmed / seconds };
  } finally {
    await connection.close();
  }
}
