import type { OrderRequest } from '../../../dead-letters/order';
import { letterPageSchema } from '../../../dead-letters/views';
import type { Account } from './traffic';

/** Somebody with the right `operator`, over HTTP. */
export class Operator {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async logIn(url: string, { user, password }: Account): Promise<Operator> {
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    const headers = { authorization: `Basic ${credentials}` };
    const response = await fetch(`${url}/login`, { method: 'POST', headers });
    if (!response.ok) throw new Error(`${user} cannot log in: ${response.status}`);
    return new Operator(url, await response.text());
  }

  /** How many letters are open that a filter (as in an address) finds. */
  async countLetters(filter = ''): Promise<number> {
    const answer = await this.#call('GET', `/operator/dead-letters?limit=200&${filter}`);
    return letterPageSchema.parse(answer).dead_letters.length;
  }

  async look(path: string): Promise<void> {
    await this.#call('GET', path);
  }

  async order(request: OrderRequest): Promise<void> {
    await this.#call('POST', '/operator/dead-letters/orders', request);
  }

  async #call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: 'application/json',
        'content-type': 'application/json',
      },
      signal: AbortSignal.timeout(20_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
