import { createServer, type Server, type Socket } from 'node:net';
import { BSON } from 'mongodb';
import { commandName, frameReply, MessageSplitter } from './wire-messages';

/** The part of the embedded engine that the front needs; the package's `Engine` fits. */
export interface RoundTripEngine {
  roundTrip(message: Buffer): Promise<{
    requestId: number;
    moreToCome: boolean;
    legacy: boolean;
    response: Buffer;
  }>;
}

/** Commands about server sessions crash the engine, which has none; all say "fine" to them. */
const sessionCommands: ReadonlySet<string | undefined> = new Set([
  'endSessions',
  'refreshSessions',
  'killSessions',
]);

const fine = Buffer.from(BSON.serialize({ ok: 1 }));

/**
 * A TCP front for an engine that serves in-process only. Messages of one connection are answered
 * one after the other, as drivers expect; connections run side by side.
 */
export function createFront(engine: RoundTripEngine): Server {
  let replyCount = 0;
  const answer = async (message: Buffer, socket: Socket): Promise<void> => {
    const requestId = ++replyCount & 0x7fffffff;
    if (sessionCommands.has(commandName(message))) {
      socket.write(frameReply(fine, { requestId, responseTo: message.readInt32LE(4) }, false));
      return;
    }
    const reply = await engine.roundTrip(message);
    if (reply.moreToCome || socket.destroyed) return;
    const ids = { requestId, responseTo: reply.requestId };
    socket.write(frameReply(reply.response, ids, reply.legacy));
  };
  return createServer({ noDelay: true }, (socket) => {
    const splitter = new MessageSplitter();
    let queue = Promise.resolve();
    const drop = (error: unknown): void => {
      // The driver sees a dropped connection, as from a server that failed, and tries again.
      console.error(
        `dropped a connection: ${error instanceof Error ? error.message : String(error)}`,
      );
      socket.destroy();
    };
    socket.on('data', (chunk) => {
      try {
        for (const message of splitter.push(chunk)) {
          queue = queue.then(() => answer(message, socket)).catch(drop);
        }
      } catch (error) {
        drop(error);
      }
    });
    // 'close' follows, and nothing of the connection is kept elsewhere.
    socket.on('error', () => socket.destroy());
  });
}
