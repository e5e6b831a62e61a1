import type { Collection, Db } from 'mongodb';
import { leaseCollection, type LeaseRecord } from '../../contracts/lease-record';

/** Somebody else may be at it by now, or we are about to end: whatever comes next is not ours. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * The right of one process among several to do something (collection `leases`). The server's clock
 * says when it ends; the holder counts from before it asked, so that it stops first.
 *
 * `take` and `giveBack` throw the error of MongoDB.
 */
export class Lease {
  readonly #leases: Collection<LeaseRecord>;
  /** On the clock of `performance.now()`, which a pause of the process does not stop. */
  #validUntilMs = 0;

  /** @param leaseMs How long it lasts unless taken again, in milliseconds. */
  constructor(
    database: Db,
    private readonly name: string,
    private readonly holder: string,
    private readonly leaseMs: number,
  ) {
    this.#leases = leaseCollection(database);
  }

  /** Whether it is ours now. Asked before every action: a holder may have stood still. */
  get held(): boolean {
    return performance.now() < this.#validUntilMs;
  }

  /** Takes the lease when it is free or has ended, or keeps it. @returns whether it is ours. */
  async take(): Promise<boolean> {
    const askedMs = performance.now();
    const { matchedCount } = await this.#renew();
    if (matchedCount === 0) {
      await this.#leases.updateOne(
        { _id: this.name },
        { $setOnInsert: { holder: null, expiresAt: new Date(0) } },
        { upsert: true },
      );
    }
    const taken = matchedCount === 1 || (await this.#renew()).matchedCount === 1;
    this.#validUntilMs = taken ? askedMs + this.leaseMs : 0;
    return taken;
  }

  /** Lets somebody else take it at once. */
  async giveBack(): Promise<void> {
    this.#validUntilMs = 0;
    await this.#leases.updateOne(
      { _id: this.name, holder: this.holder },
      { $set: { holder: null, expiresAt: new Date(0) } },
    );
  }

  #renew() {
    return this.#leases.updateOne(
      {
        _id: this.name,
        $expr: {
          $or: [{ $eq: ['$holder', { $literal: this.holder }] }, { $lt: ['$expiresAt', '$$NOW'] }],
        },
      },
      [
        {
          $set: {
            holder: { $literal: this.holder },
            expiresAt: { $add: ['$$NOW', this.leaseMs] },
          },
        },
      ],
    );
  }
}
