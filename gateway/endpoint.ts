import type { Request, RequestHandler, Response } from 'express';

/** Answers one request, or throws what the error table turns into an answer. */
export type Endpoint = (request: Request, response: Response) => Promise<void>;

/**
 * Endpoints that are still at work. An upload whose client has gone has no connection any more and
 * still deletes what it stored, so a stopping process must wait for the work, not the connection.
 */
export class RunningEndpoints {
  readonly #running = new Set<Promise<void>>();

  /** The endpoint as Express wants it. */
  handler(endpoint: Endpoint): RequestHandler {
    return async (request, response) => {
      const work = endpoint(request, response);
      this.#running.add(work);
      try {
        await work;
      } finally {
        this.#running.delete(work);
      }
    };
  }

  /** Resolves once nothing is at work. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
