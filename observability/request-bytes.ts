import type { Socket } from 'node:net';
import type { Request, Response } from 'express';
import type { HttpRoute } from './metric-labels';
import type { Metrics } from './metrics';

interface Moved {
  readonly received: number;
  readonly sent: number;
}

/**
 * Counts the bytes of requests and answers as their connections count them, heads included. A
 * connection serves one request after another, so each is given what has moved since the last count.
 * An upload may take hours: one that is under way is counted at every scrape, or it would show as a
 * single leap.
 */
export class RequestBytes {
  readonly #counted = new WeakMap<Socket, Moved>();
  readonly #underWay = new Set<Request>();

  constructor(
    private readonly metrics: Metrics,
    private readonly routeOf: (request: Request) => HttpRoute,
  ) {
    metrics.onScrape(() => {
      for (const request of this.#underWay) this.#count(request);
    });
  }

  follow(request: Request, response: Response): void {
    const { socket } = request;
    const over = () => {
      this.#underWay.delete(request);
      request.off('end', over);
      socket.off('close', over);
      this.#count(request);
    };
    this.#underWay.add(request);
    response.once('close', () => {
      if (request.complete || socket.destroyed) {
        over();
        return;
      }
      // Answered before its body was there; what still comes is this request's.
      request.once('end', over);
      socket.once('close', over);
    });
  }

  #count(request: Request): void {
    const { socket } = request;
    const before = this.#counted.get(socket) ?? { received: 0, sent: 0 };
    const now = { received: socket.bytesRead, sent: socket.bytesWritten };
    this.#counted.set(socket, now);
    const route = this.routeOf(request);
    this.metrics.count('http_received_bytes_total', { route }, now.received - before.received);
    // What waits in memory counts as sent, and no longer when the connection breaks.
    const sent = Math.max(0, now.sent - before.sent);
    this.metrics.count('http_sent_bytes_total', { route }, sent);
  }
}
