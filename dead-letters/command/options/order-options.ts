import { Option, type Command } from 'commander';
import { userInfo, hostname } from 'node:os';
import { addChoice, type ChoiceOptions } from '../ordering/choose-letters';
import type { LetterState } from '../../dead-letter';
import { addFormatOptions, type FormatOptions } from './format-options';
import { rate, wholeNumber } from './numbers';

export interface OrderOptions extends ChoiceOptions, FormatOptions {
  readonly reason?: string;
  readonly dryRun?: true;
  readonly rate?: number;
  readonly limit?: number;
  readonly skipRefused?: true;
  readonly yes?: true;
  readonly detach?: true;
  readonly wait?: true;
  readonly actor?: string;
}

/** Adds what every verb that changes letters takes. @param state of the letters meant by filters. */
export function addOrderOptions(verb: Command, state: LetterState = 'open'): Command {
  addChoice(verb, state);
  verb
    .option('--reason <text>', 'why; required, stands in the audit')
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--rate <count>', 'letters a second', rate)
    .option('--limit <count>', 'letters at most, oldest death first', wholeNumber(1, 1_000_000))
    .option('--skip-refused', 'leave out letters that cannot be acted on, instead of refusing all')
    .option('--yes', 'do not ask; needed without a terminal')
    .option('--detach', 'return once the order is placed');
  addActorOption(verb);
  return addFormatOptions(verb);
}

/** Adds what only a replay has: an end that comes later. */
export function addWaitOption(verb: Command): Command {
  return verb.addOption(
    new Option('--wait', 'until every outcome is known; exit code 1 if any died again').conflicts([
      'detach',
      'dryRun',
    ]),
  );
}

export function addActorOption(verb: Command): Command {
  return verb.option('--actor <name>', 'who stands in the audit (default: user@host)');
}

/** Who gives the order, as far as the machine knows. */
export function actorOf({ actor }: { readonly actor?: string }): string {
  const given = actor?.trim() ?? '';
  return given === '' ? `${userName()}@${hostname()}` : given;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have a number and no name.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
