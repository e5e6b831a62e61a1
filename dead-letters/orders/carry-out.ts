import { inSpan } from '../../observability/spans';
import type { DeadLetterRecord } from '../dead-letter';
import { withEditor } from '../edit/apply-edit';
import type { OrderRecord } from '../order';
import { actionable } from './actionable';
import { discardLetters } from './discard-letters';
import { leaveOrder } from './leave-order';
import { inBatches, letterBatch } from './letter-batch';
import { moveLetters } from './move-letters';
import type { OrdersDeps } from './orders-deps';
import { replayLetters } from './replay-letters';

/**
 * Carries orders out, each a batch at a time, so that a slow one keeps no other waiting. One of
 * these runs at a time; should two overlap, what both do is done once all the same.
 */
export class Orders {
  /** Not before this, on the clock of `performance.now()`: the order's rate. */
  readonly #dueMs = new Map<string, number>();

  constructor(private readonly deps: OrdersDeps) {}

  /**
   * One batch of every order that runs and is due.
   *
   * @returns how many letters were acted on.
   * @throws PublishFailed, BrokerAway, or the error of MongoDB; the next time goes on from there.
   */
  async advance(): Promise<number> {
    const { letters, orders } = this.deps.stores;
    let acted = 0;
    const problems: unknown[] = [];
    // One that fails keeps no other waiting.
    const attempt = async (work: () => Promise<number>) => {
      this.deps.proceed();
      try {
        acted += await work();
      } catch (error) {
        problems.push(error);
      }
    };
    const started = await letters
      .find({ $or: [{ state: 'replaying' }, { unfinished: true }] })
      .limit(letterBatch.letters)
      .toArray();
    for (const id of new Set(started.map(({ order }) => order))) {
      const ofOrder = started.filter(({ order }) => order === id);
      await attempt(() => this.#finishStarted(id, ofOrder));
    }
    const running = await orders.find({ state: 'running' }).sort({ _id: 1 }).toArray();
    for (const order of running) {
      if (performance.now() < (this.#dueMs.get(order._id) ?? 0)) continue;
      await attempt(() => this.#next(order));
    }
    if (problems.length > 0) throw problems[0];
    return acted;
  }

  /** What a crash left between its first and its last step, be its order stopped or not. */
  async #finishStarted(id: string | null, started: readonly DeadLetterRecord[]): Promise<number> {
    const order = id === null ? null : await this.deps.stores.orders.findOne({ _id: id });
    if (order === null) {
      await leaveOrder(this.deps.stores, id, started);
      this.deps.onOrderMissing(
        id,
        started.map(({ _id }) => _id),
      );
    } else await this.#act(order, started);
    return started.length;
  }

  async #next(order: OrderRecord): Promise<number> {
    const { stores, proceed, onActed } = this.deps;
    const size = await this.#batchSize(order);
    const letters = size <= 0 ? [] : await this.#find(order, size);
    if (letters.length === 0) {
      this.#dueMs.delete(order._id);
      await stores.orders.updateOne(
        { _id: order._id, state: 'running' },
        { $set: { state: 'finished' }, $currentDate: { endedAt: true } },
      );
      return 0;
    }
    const pauseMs = order.ratePerS === null ? 0 : (letters.length / order.ratePerS) * 1_000;
    this.#dueMs.set(order._id, performance.now() + pauseMs);
    proceed();
    await this.#act(order, letters);
    onActed(order.action, letters.length);
    return letters.length;
  }

  /** As many as a second may have, and no more than are left of its limit. */
  async #batchSize({ _id, ratePerS, limit }: OrderRecord): Promise<number> {
    const most = letterBatch.letters;
    const atOnce = ratePerS === null ? most : Math.max(1, Math.min(most, Math.floor(ratePerS)));
    if (limit === null) return atOnce;
    const acted = await this.deps.stores.audit.countDocuments({ order: _id, kind: 'action' });
    return Math.min(atOnce, limit - acted);
  }

  #find({ _id, action, select, newestAt }: OrderRecord, size: number): Promise<DeadLetterRecord[]> {
    return this.deps.stores.letters
      .find({
        $and: [
          actionable(action, select),
          // Not what it has met already, nor what came after it.
          { order: { $ne: _id }, refusedBy: { $ne: _id }, stateAt: { $lte: newestAt } },
        ],
      })
      .sort({ 'last.at': 1, _id: 1 })
      .limit(size)
      .toArray();
  }

  #act(order: OrderRecord, letters: readonly DeadLetterRecord[]): Promise<void> {
    const attributes = { 'order.id': order._id, 'order.letters': letters.length };
    const options = { attributes, continues: order.traceparent };
    return inSpan(`order ${order.action}`, options, () => this.#carryOut(order, letters));
  }

  async #carryOut(order: OrderRecord, letters: readonly DeadLetterRecord[]): Promise<void> {
    const { stores, onGivenUp } = this.deps;
    switch (order.action) {
      case 'replay':
        return withEditor(order.edit, async (edit) => {
          for await (const some of inBatches(letters)) {
            await replayLetters(this.deps, order, some, edit);
          }
        });
      case 'discard':
        onGivenUp(await discardLetters(stores, order, letters));
        return;
      case 'park':
        return moveLetters(stores, order, letters, 'parked');
      case 'unpark':
        return moveLetters(stores, order, letters, 'open');
      default:
        return order.action satisfies never;
    }
  }
}
