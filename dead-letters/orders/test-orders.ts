import { Binary } from 'mongodb';
import type { OutgoingMessage, Publisher } from '../../contracts/broker/confirmed-publisher';
import { buildTopology } from '../../contracts/topology';
import type { ActionEntry } from '../audit-entry';
import type { DeadLetterRecord } from '../dead-letter';
import type { OrderRequest } from '../order';
import type { DeadLetterStores } from '../stores';
import { Orders } from './carry-out';
import type { OrdersDeps } from './orders-deps';
import { placeOrder } from './place-order';

/** A publisher that keeps what it is given. */
export interface RecordingPublisher extends Publisher {
  readonly published: OutgoingMessage[];
}

export function recordingPublisher(): RecordingPublisher {
  const published: OutgoingMessage[] = [];
  return {
    published,
    publish(message) {
      published.push(message);
      return Promise.resolve();
    },
  };
}

/** Orders as a relay that was just started carries them out. */
export function ordersOf(
  stores: DeadLetterStores,
  publisher: Publisher,
  change: Partial<OrdersDeps> = {},
): Orders {
  const proceed = () => undefined;
  const topology = buildTopology({ video: 'video', mp3: 'mp3' }, [10_000]);
  const nothing = () => undefined;
  const told = { onActed: nothing, onGivenUp: nothing, onOrderMissing: nothing };
  return new Orders({ stores, publisher, topology, proceed, ...told, ...change });
}

/** Until there is nothing more to do; an order's rate is not waited for. */
export async function carryOut(orders: Orders): Promise<number> {
  let acted = 0;
  for (;;) {
    const some = await orders.advance();
    if (some === 0) return acted;
    acted += some;
  }
}

/** @returns the order's id. */
export async function place(
  stores: DeadLetterStores,
  request: Omit<OrderRequest, 'reason'>,
): Promise<string> {
  const order = await placeOrder(stores, { reason: 'disk is free', ...request }, 'op@example.com');
  return order.id;
}

/** Stores whose owner is overtaken: others act just before it changes jobs. */
export function overtaken(
  stores: DeadLetterStores,
  meanwhile: () => Promise<unknown>,
): DeadLetterStores {
  const { jobs } = stores;
  const slow = new Proxy(jobs, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, target, given);
        return name === 'bulkWrite' ? meanwhile().then(call) : call();
      };
    },
  });
  return { ...stores, jobs: slow };
}

export async function lettersOnFile(
  { letters }: DeadLetterStores,
  which: readonly DeadLetterRecord[],
): Promise<DeadLetterRecord[]> {
  const ids = which.map(({ _id }) => _id);
  const found = await letters.find({ _id: { $in: ids } }).toArray();
  return found.sort((a, b) => ids.indexOf(a._id) - ids.indexOf(b._id));
}

export function actionsOf({ audit }: DeadLetterStores, order: string): Promise<ActionEntry[]> {
  return audit.find({ order, kind: 'action' }).sort({ letter: 1 }).toArray() as Promise<
    ActionEntry[]
  >;
}

export const bodyOf = (value: unknown): Binary => new Binary(Buffer.from(JSON.stringify(value)));
