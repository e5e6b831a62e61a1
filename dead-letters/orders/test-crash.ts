import type { Publisher } from '../../contracts/broker/confirmed-publisher';
import type { DeadLetterStores } from '../stores';

/**
 * `after`: the write was done, its answer never came; to be killed before the next one is the same.
 * `half`: a bulk write was at its middle; any other write was not begun.
 */
export const crashKinds = ['half', 'after'] as const;
export type CrashKind = (typeof crashKinds)[number];

/** What a process was in the middle of when it was killed. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

const writes = ['insertOne', 'insertMany', 'updateOne', 'updateMany', 'bulkWrite', 'deleteOne'];

/**
 * Stores and a publisher of a process that is killed at its n-th write, publications among them.
 * From then on it can do nothing at all, not even look.
 */
export class CrashingProcess {
  readonly stores: DeadLetterStores;
  readonly publisher: Publisher;
  #written = 0;
  #dead = false;

  constructor(
    stores: DeadLetterStores,
    publisher: Publisher,
    private readonly at: number,
    private readonly kind: CrashKind,
  ) {
    const { letters, orders, audit, jobs, mails } = stores;
    this.stores = {
      ...stores,
      letters: this.#collection(letters),
      orders: this.#collection(orders),
      audit: this.#collection(audit),
      jobs: this.#collection(jobs),
      mails: this.#collection(mails),
    };
    this.publisher = {
      publish: (message) =>
        this.#write(
          () => publisher.publish(message),
          () => Promise.resolve(),
        ),
    };
  }

  /** Whether it came so far. */
  get crashed(): boolean {
    return this.#dead;
  }

  #collection<Collection extends object>(collection: Collection): Collection {
    return new Proxy(collection, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]): unknown => {
          const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
          if (!writes.includes(String(name))) {
            this.#alive();
            return call(...given);
          }
          const [operations, ...options] = given;
          return this.#write(
            () => call(...given),
            () =>
              Array.isArray(operations) && operations.length > 1
                ? call(operations.slice(0, Math.floor(operations.length / 2)), ...options)
                : undefined,
          );
        };
      },
    });
  }

  async #write<Result>(whole: () => Result, half: () => unknown): Promise<Awaited<Result>> {
    this.#alive();
    this.#written += 1;
    if (this.#written !== this.at) return await whole();
    this.#dead = true;
    if (this.kind === 'half') await half();
    if (this.kind === 'after') await whole();
    throw new Crashed();
  }

  #alive(): void {
    if (this.#dead) throw new Crashed();
  }
}
