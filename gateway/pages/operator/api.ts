import type { z } from 'zod';
import type { OrderRequest } from '../../../dead-letters/order';
import type { LetterFilter, Selection } from '../../../dead-letters/selection';
import type {
  AuditPage,
  Groups,
  Imported,
  LetterDetail,
  LetterPage,
  OrderView,
  ordersSchema,
  Preview,
} from '../../../dead-letters/views';
import { ApiProblem, endsSession, problemOf } from './api-problem';
import { filterParameters } from './filter';

export interface AuditFilter {
  readonly letter?: string;
  readonly job?: string;
  readonly order?: string;
}

const base = '/operator/dead-letters';

/** @throws ApiProblem */
export async function logIn(email: string, password: string): Promise<string> {
  // Basic in UTF-8 (RFC 7617 section 2.1); btoa takes bytes.
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  const credentials = btoa(String.fromCharCode(...bytes));
  const response = await ask('/login', {
    method: 'POST',
    headers: {
      authorization: `Basic ${credentials}`,
      accept: 'application/json, text/plain;q=0.5',
    },
  });
  return response.text();
}

/** The operator's calls, with one token. */
export class Api {
  /** @param onEnded Called when the token does not open these calls (any more). */
  constructor(
    private readonly token: string,
    private readonly onEnded: (problem: ApiProblem) => void,
  ) {}

  listLetters(filter: LetterFilter, after: string | null, signal?: AbortSignal) {
    const parameters = filterParameters(filter);
    parameters.set('limit', '50');
    if (after !== null) parameters.set('after', after);
    return this.#get<LetterPage>(`?${parameters}`, signal);
  }

  listGroups(filter: LetterFilter, signal?: AbortSignal) {
    return this.#get<Groups>(`/groups?${filterParameters(filter)}`, signal);
  }

  showLetter(id: string, signal?: AbortSignal) {
    return this.#get<LetterDetail>(`/${id}`, signal);
  }

  preview(request: OrderRequest, signal?: AbortSignal) {
    return this.#post<Preview>('/preview', request, signal);
  }

  placeOrder(request: OrderRequest) {
    return this.#post<OrderView>('/orders', request);
  }

  listOrders(signal?: AbortSignal) {
    return this.#get<z.infer<typeof ordersSchema>>('/orders', signal);
  }

  stopOrder(id: string) {
    return this.#post<OrderView>(`/orders/${id}/stop`, undefined);
  }

  listAudit(filter: AuditFilter, after: string | null, signal?: AbortSignal) {
    const parameters = new URLSearchParams({ ...filter, limit: '50' });
    if (after !== null) parameters.set('after', after);
    return this.#get<AuditPage>(`/audit?${parameters}`, signal);
  }

  async body(id: string): Promise<Blob> {
    return (await this.#ask(`/${id}/body`, { headers: { accept: '*/*' } })).blob();
  }

  /** One letter per line, as the import takes them. */
  async exportLetters(select: Selection): Promise<Blob> {
    const parameters =
      'ids' in select
        ? new URLSearchParams(select.ids.map((id) => ['id', id]))
        : filterParameters(select.filter);
    return (await this.#ask(`/export?${parameters}`, { headers: { accept: '*/*' } })).blob();
  }

  /** @param lines What {@link exportLetters} gave. */
  async importLetters(lines: Blob, reason: string): Promise<Imported> {
    const response = await this.#ask(`/import?${new URLSearchParams({ reason })}`, {
      method: 'POST',
      body: lines,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    return (await response.json()) as Imported;
  }

  async #get<Answer>(path: string, signal: AbortSignal | undefined): Promise<Answer> {
    return (await (await this.#ask(path, signal ? { signal } : {})).json()) as Answer;
  }

  async #post<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
    const response = await this.#ask(path, {
      method: 'POST',
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
      ...(signal && { signal }),
    });
    return (await response.json()) as Answer;
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers({ accept: 'application/json' });
    new Headers(init.headers).forEach((value, name) => {
      headers.set(name, value);
    });
    headers.set('authorization', `Bearer ${this.token}`);
    try {
      return await ask(`${base}${path}`, { ...init, headers });
    } catch (error) {
      if (error instanceof ApiProblem && endsSession(error)) this.onEnded(error);
      throw error;
    }
  }
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { cache: 'no-store', redirect: 'error', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiProblem('unreachable', 0, 'The gateway does not answer. Try again in a moment.');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}
