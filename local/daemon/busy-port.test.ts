import { createServer, type AddressInfo, type Server } from 'node:net';
import { StackError } from '../stack-error';
import { requireFreePorts } from './busy-port';
import type { Daemon } from './daemon';

function daemonOn(port: number): Daemon {
  return {
    name: 'rabbitmq',
    ports: [{ label: 'AMQP', port }],
    readyDeadlineMs: 1,
    stopDeadlineMs: 1,
    replaceWhenChanged: false,
    build: '',
    prepare: () => Promise.reject(new Error('must not be reached')),
    command: () => Promise.reject(new Error('must not be reached')),
    probe: () => Promise.reject(new Error('must not be reached')),
  };
}

function listenOn(host: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, host, () => {
      resolve(server);
    });
  });
}

test.each(['127.0.0.1', '0.0.0.0', '::'])(
  'a port taken on %s is refused in one line that says what to do',
  async (host) => {
    const server = await listenOn(host);
    const { port } = server.address() as AddressInfo;
    const refusal = await requireFreePorts(daemonOn(port), 'LOCAL_PORT_BASE').catch(
      (error: unknown) => error,
    );
    server.close();
    expect(refusal).toBeInstanceOf(StackError);
    const { message } = refusal as StackError;
    expect(message).toMatch(
      new RegExp(`^port ${port} is taken .*rabbitmq \\(AMQP\\).*LOCAL_PORT_BASE=\\d+`),
    );
    expect(message).not.toContain('\n');
  },
);

test('a free port is fine, and is free afterwards', async () => {
  const server = await listenOn('127.0.0.1');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await requireFreePorts(daemonOn(port), 'LOCAL_PORT_BASE');
  await requireFreePorts(daemonOn(port), 'LOCAL_PORT_BASE');
});
