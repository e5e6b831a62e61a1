/** What one dependency says of itself. `detail` is for the person reading `/readyz`. */
export interface Condition {
  readonly ok: boolean;
  readonly detail: string;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly conditions: Readonly<Record<string, Condition>>;
}

type Check = () => Condition | Promise<Condition>;

/**
 * Whether a process should get work. Every part that can make it unfit adds a named check; the
 * process is ready while all of those are well and it is not shutting down.
 */
export class Readiness {
  readonly #checks = new Map<string, Check>();
  /** Names of checks that are shown and do not decide. */
  readonly #informative = new Set<string>();
  /** Checks that have not answered yet: a dependency that hangs is not asked again meanwhile. */
  readonly #running = new Map<string, Promise<Condition>>();
  #stopping = false;

  /** @param checkTimeoutMs How long a check may take before it counts as not well. */
  constructor(private readonly checkTimeoutMs = 5_000) {}

  add(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  /** Adds a check that is shown but leaves the process ready: it does its work without that part. */
  addInformation(name: string, check: Check): void {
    this.#informative.add(name);
    this.add(name, check);
  }

  /** From here on not ready: no new work is sent to a process that is about to end. */
  stopping(): void {
    this.#stopping = true;
  }

  async report(): Promise<ReadinessReport> {
    const checked = await Promise.all(
      [...this.#checks].map(
        async ([name, check]) => [name, await this.#within(this.#ask(name, check))] as const,
      ),
    );
    const conditions: Record<string, Condition> = Object.fromEntries(checked);
    if (this.#stopping) conditions['process'] = { ok: false, detail: 'shutting down' };
    const ready = Object.entries(conditions).every(
      ([name, { ok }]) => ok || this.#informative.has(name),
    );
    return { ready, conditions };
  }

  /** Never rejects: a check that throws is a condition that is not well. */
  #ask(name: string, check: Check): Promise<Condition> {
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const asked = Promise.resolve()
      .then(check)
      .catch((error: unknown) => ({
        ok: false,
        detail: Error.isError(error) ? error.message : String(error),
      }))
      .finally(() => this.#running.delete(name));
    this.#running.set(name, asked);
    return asked;
  }

  async #within(condition: Promise<Condition>): Promise<Condition> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<Condition>((resolve) => {
      timer = setTimeout(() => {
        resolve({ ok: false, detail: `no answer within ${this.checkTimeoutMs} ms` });
      }, this.checkTimeoutMs);
    });
    try {
      return await Promise.race([condition, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
