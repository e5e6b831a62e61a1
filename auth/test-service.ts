import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createLogger } from '../observability/logger';
import { createApp, type AuthPorts } from './app';
import { loadAuthConfig } from './config';
import type { Bcrypt } from './passwords';
import { authEnvironment, type DatabaseAccess } from './test-environment';

/** For the suites of this folder: the service within the test's own process. */
export interface TestService extends AuthPorts {
  /** Every line logged so far. */
  readonly log: readonly object[];
  post(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  send(method: string, path: string, headers: object, body?: Uint8Array): Promise<Answer>;
  admin(path: string): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export async function startTestService(
  access: DatabaseAccess,
  settings: Readonly<Record<string, string>> = {},
  bcrypt?: Bcrypt,
): Promise<TestService> {
  const config = loadAuthConfig(authEnvironment(access, settings));
  const log: object[] = [];
  const logger = createLogger('auth', config.logLevel, {
    write: (line) => {
      log.push(JSON.parse(line) as object);
    },
  });
  const app = createApp({ config, logger, ...(bcrypt === undefined ? {} : { bcrypt }) });
  const ports = await app.start();
  const ask = (port: number, method: string, path: string, headers: object, body?: Uint8Array) =>
    exchange({ port, method, path, headers: { ...headers }, agent: false }, body);
  return {
    ...ports,
    log,
    post: (path, headers = {}) => ask(ports.port, 'POST', path, headers),
    send: (method, path, headers, body) => ask(ports.port, method, path, headers, body),
    admin: (path) => ask(ports.adminPort, 'GET', path, {}),
    stop: () => app.stop(),
  };
}

export function basic(email: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}` };
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function exchange(
  options: {
    port: number;
    method: string;
    path: string;
    headers: Record<string, string>;
    agent: false;
  },
  body?: Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
