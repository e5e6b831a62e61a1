import type { DeadLetterRecord } from '../dead-letter';
import { withEditor, type Editor } from '../edit/apply-edit';
import type { OrderRequest } from '../order';
import type { DeadLetterStores } from '../stores';
import { planKinds, type PlanKind, type Preview } from '../views';
import { actionable } from './actionable';
import { inBatches, letterBatch } from './letter-batch';
import { startsAt } from './plan';
import { planReplays } from './plan-letters';
import { viewChange } from './view-change';

const shown = 20;
/** Somebody waits for the answer: an expression that loops must not do so for every letter. */
const patienceMs = 3_000;

/** What {@link OrderRequest} would do. */
type Question = Pick<OrderRequest, 'action' | 'select' | 'edit' | 'limit'>;

export interface Foresight {
  readonly preview: Preview;
  /** The newest `stateAt` of the letters that matched; null when none did. */
  readonly newestAt: Date | null;
}

/**
 * Says what an order would do; changes nothing.
 *
 * @throws EditFailed when its expression cannot be parsed, or takes too long and fails.
 */
export async function previewOrder(stores: DeadLetterStores, question: Question): Promise<Preview> {
  return (await foresee(stores, question)).preview;
}

/** {@link previewOrder}, and which letters it is about. */
export function foresee(stores: DeadLetterStores, question: Question): Promise<Foresight> {
  return withEditor(
    question.edit ?? null,
    (edit) =>
      question.action === 'replay'
        ? foreseeReplay(stores, question, edit)
        : foreseeOthers(stores, question),
    patienceMs,
  );
}

async function foreseeOthers(stores: DeadLetterStores, question: Question): Promise<Foresight> {
  const { action, select, limit } = question;
  const [matched] = await stores.letters
    .aggregate<{ count: number; newestAt: Date }>([
      { $match: actionable(action, select) },
      ...(limit === undefined ? [] : [{ $sort: oldestFirst }, { $limit: limit }]),
      { $group: { _id: null, count: { $sum: 1 }, newestAt: { $max: '$stateAt' } } },
    ])
    .toArray();
  const tally = new Tally();
  const count = matched?.count ?? 0;
  tally.add('close', count);
  const preview = tally.preview(count, await missing(stores, question));
  return { preview, newestAt: matched?.newestAt ?? null };
}

const oldestFirst = { 'last.at': 1, _id: 1 } as const;

async function foreseeReplay(
  stores: DeadLetterStores,
  question: Question,
  edit: Editor | null,
): Promise<Foresight> {
  const tally = new Tally();
  let matched = 0;
  let newestMs = -Infinity;
  const cursor = stores.letters
    .find(actionable(question.action, question.select))
    .sort(oldestFirst)
    .limit(question.limit ?? 0)
    .batchSize(letterBatch.letters);
  for await (const letters of inBatches(cursor)) {
    for (const { letter, plan, difference } of await planReplays(stores, letters, edit)) {
      tally.add(plan.kind, 1);
      tally.start(startsAt(plan));
      if (plan.kind === 'refused') tally.refuse(letter._id, plan.problem);
      else if (difference.length > 0) tally.change(letter._id, difference.map(viewChange));
      newestMs = Math.max(newestMs, letter.stateAt.getTime());
    }
    matched += letters.length;
  }
  const preview = tally.preview(matched, await missing(stores, question));
  return { preview, newestAt: matched === 0 ? null : new Date(newestMs) };
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
