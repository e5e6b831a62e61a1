import type { Db } from 'mongodb';
import { planReplays } from '../../dead-letters/orders/plan-letters';
import { describePlan, type Plan } from '../../dead-letters/orders/plan';
import { openStores } from '../../dead-letters/stores';
import type { LetterLeft } from '../letters-left';
import type { DeadLetterFacts, ReplayFacts } from './evidence';

/** Plans the replay of every letter, as the relay and a dry run do; replays none. */
export async function factsOfLetters(
  database: Db,
  letters: readonly LetterLeft[],
): Promise<DeadLetterFacts[]> {
  const planned = await planReplays(
    openStores(database),
    letters.map(({ letter }) => letter),
    null,
  );
  const plans = new Map(planned.map(({ letter, plan }) => [letter._id, plan]));
  return letters.map(({ letter, onFile, inQueue }) => {
    const { workQueue, jobId, last, deaths, state } = letter;
    const plan = plans.get(letter._id);
    if (plan === undefined) throw new Error(`no plan for dead letter ${letter._id}`);
    return {
      queue: workQueue,
      jobId,
      reason: last.reason,
      errorClass: last.errorClass,
      onFile,
      inQueue,
      deaths: deaths.length,
      state,
      replay: { kind: kindOf(plan), why: describePlan(plan) },
    };
  });
}

function kindOf(plan: Plan): ReplayFacts['kind'] {
  switch (plan.kind) {
    case 'reopen-job':
    case 'create-job':
    case 'announce-again':
    case 'publish':
      return 'possible';
    case 'close':
      // Nothing is under way when all is quiet, whatever the record of the job says.
      return plan.outcome === 'waiting' ? 'impossible' : 'needless';
    case 'refused':
      return 'impossible';
    default:
      return plan satisfies never;
  }
}
