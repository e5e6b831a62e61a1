import type { DeadLetterRecord } from '../dead-letter';
import { editor, type Editor } from '../edit/apply-edit';
import type { OrderRequest } from '../order';
import type { DeadLetterStores } from '../stores';
import { planKinds, type PlanKind, type Preview } from '../views';
import { actionable } from './actionable';
import { startsAt } from './plan';
import { planReplays } from './plan-letters';
import { viewChange } from './view-change';

/** Letters in memory at a time. */
const batch = 250;
const shown = 20;

/** What {@link OrderRequest} would do. */
type Question = Pick<OrderRequest, 'action' | 'select' | 'edit' | 'limit'>;

/**
 * Says what an order would do; changes nothing.
 *
 * @throws EditFailed when its expression cannot be parsed.
 */
export async function previewOrder(
  stores: DeadLetterStores,
  { action, select, edit, limit }: Question,
): Promise<Preview> {
  const edited = edit === undefined ? null : editor(edit);
  const query = actionable(action, select);
  if (action !== 'replay') {
    const matched = await stores.letters.countDocuments(
      query,
      limit === undefined ? {} : { limit },
    );
    const tally = new Tally();
    tally.add('close', matched);
    return tally.preview(matched, await missing(stores, { action, select }));
  }
  return previewReplay(stores, { action, select, limit }, edited);
}

async function previewReplay(
  stores: DeadLetterStores,
  { action, select, limit }: Question,
  edited: Editor | null,
): Promise<Preview> {
  const tally = new Tally();
  let matched = 0;
  const cursor = stores.letters
    .find(actionable(action, select))
    .sort({ 'last.at': 1, _id: 1 })
    .limit(limit ?? 0)
    .batchSize(batch);
  let letters: DeadLetterRecord[] = [];
  const plan = async () => {
    for (const { letter, plan, difference } of await planReplays(stores, letters, edited)) {
      tally.add(plan.kind, 1);
      tally.start(startsAt(plan));
      if (plan.kind === 'refused') tally.refuse(letter._id, plan.problem);
      else if (difference.length > 0) tally.change(letter._id, difference.map(viewChange));
    }
    matched += letters.length;
    letters = [];
  };
  for await (const letter of cursor) {
    letters.push(letter);
    if (letters.length === batch) await plan();
  }
  await plan();
  return tally.preview(matched, await missing(stores, { action, select }));
}

/** Named letters that the action cannot be done with, and why. */
async function missing(
  { letters }: DeadLetterStores,
  { action, select }: Pick<Question, 'action' | 'select'>,
): Promise<Preview['refused']> {
  if (!('ids' in select)) return [];
  const found = await letters
    .find({ _id: { $in: select.ids } })
    .project<Pick<DeadLetterRecord, '_id' | 'state'>>({ state: 1 })
    .toArray();
  const states = new Map(found.map(({ _id, state }) => [_id, state]));
  const fitting = await letters
    .find(actionable(action, select))
    .project<Pick<DeadLetterRecord, '_id'>>({ _id: 1 })
    .toArray();
  const fits = new Set(fitting.map(({ _id }) => _id));
  return [...new Set(select.ids)]
    .filter((id) => !fits.has(id))
    .map((id) => {
      const state = states.get(id);
      const problem = state === undefined ? 'no such dead letter' : `it is ${state} already`;
      return { id, problem };
    });
}

class Tally {
  readonly #plans = new Map<PlanKind, number>();
  readonly #startsAt: Record<string, number> = {};
  readonly #refused: Preview['refused'] = [];
  readonly #differences: Preview['differences'] = [];
  #changed = 0;

  add(kind: PlanKind, count: number): void {
    this.#plans.set(kind, (this.#plans.get(kind) ?? 0) + count);
  }

  start(at: string | null): void {
    if (at !== null) this.#startsAt[at] = (this.#startsAt[at] ?? 0) + 1;
  }

  refuse(id: string, problem: string): void {
    if (this.#refused.length < shown) this.#refused.push({ id, problem });
  }

  change(id: string, changes: Preview['differences'][number]['changes']): void {
    this.#changed += 1;
    if (this.#differences.length < shown) this.#differences.push({ id, changes });
  }

  preview(matched: number, missing: Preview['refused']): Preview {
    this.add('refused', missing.length);
    const plans = planKinds.map((kind) => [kind, this.#plans.get(kind) ?? 0] as const);
    return {
      matched,
      plans: Object.fromEntries(plans) as Preview['plans'],
      starts_at: this.#startsAt,
      refused: [...this.#refused, ...missing].slice(0, shown),
      differences: this.#differences,
      changed: this.#changed,
    };
  }
}
