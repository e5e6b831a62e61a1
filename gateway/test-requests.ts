import { Agent, type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in one piece with its length, or as the caller likes. */
  readonly body?: Buffer | string | ((sending: ClientRequest) => void);
}

/**
 * One request on a connection of its own, with the headers given and kept alive, as `curl` sends
 * it. (Without an agent Node asks for `Connection: close`, and a server that answers before it has
 * read the body then resets the connection under the answer.)
 */
export function ask(url: string, { method = 'GET', headers = {}, body }: Asking = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const agent = new Agent({ keepAlive: true });
    const sending = request(url, { method, headers, agent }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(pieces);
        const { statusCode = 0, headers: received } = response;
        agent.destroy();
        resolve({ status: statusCode, headers: received, body: whole, text: whole.toString() });
      });
    });
    sending.on('error', (error) => {
      agent.destroy();
      reject(error);
    });
    if (typeof body === 'function') {
      body(sending);
      return;
    }
    if (body !== undefined) sending.setHeader('Content-Length', Buffer.byteLength(body));
    sending.end(body);
  });
}

export interface Part {
  /** Whole header lines. */
  readonly headers: readonly string[];
  readonly body?: Buffer | string;
}

export const formType = { 'content-type': 'multipart/form-data; boundary=frontier' };

export function filePart(fileName: string, body: Buffer | string, field = 'file'): Part {
  return {
    headers: [
      `Content-Disposition: form-data; name="${field}"; filename="${fileName}"`,
      'Content-Type: application/octet-stream',
    ],
    body,
  };
}

export function fieldPart(name: string, value: string): Part {
  return { headers: [`Content-Disposition: form-data; name="${name}"`], body: value };
}

/** A form as it goes over the wire; without its last line when `closed` is false. */
export function formBody(parts: readonly Part[], closed = true): Buffer {
  const pieces = parts.flatMap(({ headers, body = '' }) => [
    Buffer.from(`--frontier\r\n${headers.join('\r\n')}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat(closed ? [...pieces, Buffer.from('--frontier--\r\n')] : pieces);
}
