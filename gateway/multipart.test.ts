import { EventEmitter, once } from 'node:events';
import { createServer, request as startRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { ClientGone } from './client-gone';
import { receiveFile } from './multipart';
import { filePart, formBody, formType } from './test-requests';

let server: Server;

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const limits = { fileBytes: 1e6, fields: 1, otherBytes: 1e4, idleMs: 60_000 };

test('a write that is under way when the client goes away is waited for', async () => {
  // Deleting what was stored before the write is done would leave what it writes.
  const seen = new EventEmitter();
  const [writing, released, closed, over] = ['writing', 'released', 'closed', 'over'].map((event) =>
    once(seen, event),
  );
  let end: unknown = 'not over';
  server = createServer((request) => {
    request.on('close', () => seen.emit('closed'));
    const sink = {
      write: async () => {
        seen.emit('writing');
        await released;
      },
    };
    void receiveFile(request, limits, () => sink)
      .catch((error: unknown) => (end = error))
      .then(() => seen.emit('over'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = startRequest({ port, host: '127.0.0.1', method: 'POST', headers: formType });
  client.on('error', () => undefined);
  client.write(formBody([filePart('a.mp4', Buffer.alloc(1_000))], false));
  await writing;
  client.destroy();
  await closed;
  await turnOfTheLoop();
  expect(end).toBe('not over');
  seen.emit('released');
  await over;
  expect(end).toBeInstanceOf(ClientGone);
});
