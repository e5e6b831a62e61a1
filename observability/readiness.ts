/** What one dependency says of itself. `detail` is for the person reading `/readyz`. */
export interface Condition {
  readonly ok: boolean;
  readonly detail: string;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly conditions: Readonly<Record<string, Condition>>;
}

/**
 * Whether a process should get work. Every part that can make it unfit adds a named check; the
 * process is ready while all of them are well and it is not shutting down.
 */
export class Readiness {
  readonly #checks = new Map<string, () => Condition | Promise<Condition>>();
  #stopping = false;

  add(name: string, check: () => Condition | Promise<Condition>): void {
    this.#checks.set(name, check);
  }

  /** From here on not ready: no new work is sent to a process that is about to end. */
  stopping(): void {
    this.#stopping = true;
  }

  async report(): Promise<ReadinessReport> {
    const conditions: Record<string, Condition> = {};
    for (const [name, check] of this.#checks) {
      try {
        conditions[name] = await check();
      } catch (error) {
        const detail = Error.isError(error) ? error.message : String(error);
        conditions[name] = { ok: false, detail };
      }
    }
    if (this.#stopping) conditions['process'] = { ok: false, detail: 'shutting down' };
    return { ready: Object.values(conditions).every(({ ok }) => ok), conditions };
  }
}
