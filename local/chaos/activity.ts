import { EventEmitter, once } from 'node:events';

/** Tells when a process has just begun something, so that it can be hurt in the middle of it. */
export class Activity {
  readonly #emitter = new EventEmitter();

  /** @param process For example `converter 1`. */
  began(process: string): void {
    this.#emitter.emit(process);
  }

  /** Resolves when the process begins something, or has not within `mostMs`. */
  async next(process: string, mostMs: number): Promise<void> {
    const patience = AbortSignal.timeout(mostMs);
    await once(this.#emitter, process, { signal: patience }).catch(() => undefined);
  }
}
