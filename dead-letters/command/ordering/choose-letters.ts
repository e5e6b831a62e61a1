import { Option, type Command } from 'commander';
import type { LetterState } from '../../dead-letter';
import { findLetterId } from '../../looking/find-letter-id';
import type { Selection } from '../../selection';
import type { DeadLetterStores } from '../../stores';
import { addFilterOptions, filterOf, narrows, type FilterOptions } from '../options/filter-options';
import { UsageProblem } from '../problem';

export interface ChoiceOptions extends FilterOptions {
  readonly all?: true;
}

/** Adds what says which letters a verb changes: ids, filters, or `--all`. */
export function addChoice(verb: Command, state: LetterState = 'open'): Command {
  addFilterOptions(
    verb.argument('[ids...]', 'letters: the beginning of an id, or a job id'),
    state,
  );
  return verb.addOption(
    new Option('--all', `every letter in the state (without --state: ${state})`),
  );
}

/**
 * The letters that are meant. Never all by accident: that takes `--all`.
 *
 * @throws UsageProblem, UnknownLetter
 */
export async function chooseLetters(
  stores: DeadLetterStores,
  ids: readonly string[],
  options: ChoiceOptions,
  state: LetterState = 'open',
): Promise<Selection> {
  const filtered = narrows(options) || options.all === true;
  if (ids.length > 0) {
    if (filtered || options.state !== undefined) {
      throw new UsageProblem('expected ids or filters, got both: a named letter is meant as it is');
    }
    const found: string[] = [];
    for (const id of ids) found.push(await findLetterId(stores, id));
    return { ids: [...new Set(found)] };
  }
  if (!filtered) {
    throw new UsageProblem('expected ids, --group or another filter, or --all');
  }
  return { filter: filterOf(options, state) };
}
