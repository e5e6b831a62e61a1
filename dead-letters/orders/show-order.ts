import { ObjectId } from 'mongodb';
import type { OutcomeEntry } from '../audit-entry';
import { replayOutcomes } from '../dead-letter';
import type { OrderRecord } from '../order';
import type { DeadLetterStores } from '../stores';
import type { OrderView } from '../views';

const listed = 50;

/** How far an order is, and how its replays ended so far. */
export async function showOrder(
  stores: DeadLetterStores,
  id: string,
): Promise<OrderView | undefined> {
  const order = await stores.orders.findOne({ _id: id });
  return order === null ? undefined : viewOrder(stores, order);
}

/** The last orders, newest first. */
export async function listOrders(stores: DeadLetterStores): Promise<OrderView[]> {
  const orders = await stores.orders.find().sort({ _id: -1 }).limit(listed).toArray();
  return Promise.all(orders.map((order) => viewOrder(stores, order)));
}

/** An order as the faces show it; the audit says how far it is. */
export async function viewOrder(
  { audit }: DeadLetterStores,
  order: OrderRecord,
): Promise<OrderView> {
  const { _id, action, actor, reason, select, edit, limit, state, total } = order;
  const count = (result: 'done' | 'refused') =>
    audit.countDocuments({ order: _id, kind: 'action', result });
  const [done, refused] = await Promise.all([count('done'), count('refused')]);
  const ended = action === 'replay' ? await countOutcomes(audit, _id) : new Map<string, number>();
  const known = [...ended.values()].reduce((sum, number) => sum + number, 0);
  if (action === 'replay') ended.set('waiting', done - known);
  const outcomes = replayOutcomes.map((outcome) => [outcome, ended.get(outcome) ?? 0] as const);
  return {
    id: _id,
    action,
    actor,
    reason,
    select,
    edit,
    rate_per_s: order.ratePerS,
    limit,
    placed_at: new ObjectId(_id).getTimestamp().toISOString(),
    state,
    ended_at: order.endedAt?.toISOString() ?? null,
    total,
    done,
    refused,
    outcomes: Object.fromEntries(outcomes) as OrderView['outcomes'],
  };
}

async function countOutcomes(
  audit: DeadLetterStores['audit'],
  order: string,
): Promise<Map<string, number>> {
  const counted = await audit
    .aggregate<{ _id: OutcomeEntry['outcome']; count: number }>([
      { $match: { order, kind: 'outcome' } },
      { $group: { _id: '$outcome', count: { $sum: 1 } } },
    ])
    .toArray();
  return new Map<string, number>(counted.map(({ _id, count }) => [_id, count]));
}
