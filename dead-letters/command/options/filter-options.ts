import { Option, type Command } from 'commander';
import { workQueues, type WorkQueue } from '../../../contracts/topology';
import { deathReasons, letterStates, type DeathReason, type LetterState } from '../../dead-letter';
import { noStep, type LetterFilter } from '../../selection';
import { parseGroupName, type GroupKey } from './group-name';
import { wholeNumber } from './numbers';
import { parseTime } from './times';

export interface FilterOptions {
  readonly queue?: WorkQueue;
  readonly step?: string;
  readonly error?: string;
  readonly group?: GroupKey;
  readonly diedOf?: DeathReason;
  readonly user?: string;
  readonly job?: string;
  readonly state?: LetterState | 'any';
  readonly older?: Date;
  readonly newer?: Date;
  readonly minAttempts?: number;
  readonly minReplays?: number;
}

/** Adds the options that say which letters. @param state what is meant without `--state`. */
export function addFilterOptions(verb: Command, state: LetterState = 'open'): Command {
  return verb
    .addOption(
      new Option('--group <name>', 'of one group, as "groups" prints it: QUEUE/STEP/ERROR')
        .argParser(parseGroupName)
        .conflicts(['queue', 'step', 'error']),
    )
    .addOption(new Option('--queue <queue>', 'died on this queue').choices(workQueues))
    .option('--step <step>', `died in this step; "${noStep}": in none`)
    .option('--error <class>', 'class of the last error')
    .addOption(new Option('--died-of <reason>', 'why it was given up').choices(deathReasons))
    .option('--user <email>', 'address in the message')
    .option('--job <id>', 'id of the job')
    .addOption(
      new Option('--state <state>', `in this state (without it: ${state})`).choices([
        ...letterStates,
        'any',
      ]),
    )
    .option('--older <time>', 'died longer ago than: 30s, 10m, 2h, 3d or a date', ago)
    .option('--newer <time>', 'died since: 30s, 10m, 2h, 3d or a date', ago)
    .option('--min-attempts <count>', 'tried at least so often', wholeNumber(0, 1_000))
    .option('--min-replays <count>', 'put back at least so often', wholeNumber(0, 1_000));
}

// Commander hands a parser the value before as well.
const ago = (text: string) => parseTime(text);

/** The filter that the options describe. @param state without `--state`. */
export function filterOf(options: FilterOptions, state: LetterState = 'open'): LetterFilter {
  const { group } = options;
  return withoutUndefined({
    queue: group?.queue ?? options.queue,
    step: group?.step ?? options.step,
    error_class: group?.errorClass ?? options.error,
    reason: options.diedOf,
    user: options.user,
    job: options.job,
    state: options.state ?? (state === 'open' ? undefined : state),
    died_before: options.older?.toISOString(),
    died_after: options.newer?.toISOString(),
    min_attempts: options.minAttempts,
    min_replays: options.minReplays,
  });
}

/** Whether an option narrows the letters; a state alone would be all letters in it. */
export function narrows(options: FilterOptions): boolean {
  return Object.keys(filterOf(options)).some((key) => key !== 'state');
}

function withoutUndefined(filter: LetterFilter): LetterFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
