import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OneShotListener } from '../stack/one-shot-listener';
import { jobEnds } from './disturb';

test('waiting for a job ends with the run', async () => {
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ id: 'a', state: 'converting', attempts: 1, mp3: null }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const run = new AbortController();
    const { signal } = run;
    const url = `http://127.0.0.1:${port}`;
    const listener = new OneShotListener(url, 'a@example.com', 'p', signal);
    const ended = expect(jobEnds({ listener, signal }, 'a')).rejects.toThrow();
    await once(server, 'request');
    await once(server, 'request');
    run.abort(new Error('interrupted'));
    await ended;
  } finally {
    server.close();
  }
});
