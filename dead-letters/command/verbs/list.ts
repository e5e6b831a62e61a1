import type { Command } from 'commander';
import { lettersCsv } from '../../looking/csv';
import { listLetters } from '../../looking/list-letters';
import type { LetterFilter } from '../../selection';
import type { DeadLetterStores } from '../../stores';
import type { LetterPage, LetterSummary } from '../../views';
import { called, withExamples } from '../examples';
import { addFilterOptions, filterOf, type FilterOptions } from '../options/filter-options';
import { formatOf, addFormatOptions, type FormatOptions } from '../options/format-options';
import { wholeNumber } from '../options/numbers';
import { letters } from '../printing/counts';
import { renderTable, type Column } from '../printing/table';
import { ago } from '../printing/times';
import type { RunVerb, Session } from '../session';

interface ListOptions extends FilterOptions, FormatOptions {
  readonly limit: number;
  readonly after?: string;
}

/** `list`: newest death first. Looking changes nothing. */
export function addListVerb(program: Command, run: RunVerb): void {
  const verb = program.command('list').description('the dead letters, newest death first');
  addFilterOptions(verb)
    .option('--limit <count>', 'at most so many', wholeNumber(1, 1_000_000), 50)
    .option('--after <place>', 'go on after the end of the page before');
  addFormatOptions(verb, 'csv').action((options: ListOptions) =>
    run((session) => list(session, options)),
  );
  withExamples(
    verb,
    'list',
    'list --queue video --step transcode --newer 2h',
    'list --user listener@example.com --state any',
    'list --limit 100000 --csv > letters.csv',
  );
}

async function list(session: Session, options: ListOptions): Promise<undefined> {
  const { stores, say, complain } = session;
  const filter = filterOf(options);
  const page = await readPages(stores, filter, options.limit, options.after);
  const format = formatOf(options);
  if (format === 'json') say(JSON.stringify(page, null, 2));
  else if (format === 'csv') say(lettersCsv(page).trimEnd());
  else if (page.dead_letters.length === 0) say('no dead letters match');
  else say(renderTable(columns, page.dead_letters.map(cells), session));
  if (format !== 'json' && page.next !== null) {
    complain(`${letters(page.dead_letters.length)} shown; the next: --after ${page.next}`);
  } else if (format === 'table' && page.dead_letters.length > 0) {
    complain(`${letters(page.dead_letters.length)}. Look at one: ${called} show ID`);
  }
  return undefined;
}

/** Letters of a single read: the memory and the time of one answer stay small. */
const pageLetters = 500;

async function readPages(
  stores: DeadLetterStores,
  filter: LetterFilter,
  limit: number,
  after: string | undefined,
): Promise<LetterPage> {
  const found: LetterSummary[] = [];
  let next: string | null | undefined = after;
  do {
    const page: LetterPage = await listLetters(stores, filter, {
      limit: Math.min(pageLetters, limit - found.length),
      ...(typeof next === 'string' && { after: next }),
    });
    found.push(...page.dead_letters);
    next = page.next;
  } while (next !== null && found.length < limit);
  return { dead_letters: found, next };
}

const columns: readonly Column[] = [
  { head: 'id' },
  { head: 'died' },
  { head: 'queue' },
  { head: 'step', least: 8 },
  { head: 'error class', least: 11 },
  { head: 'error', least: 16, spare: true },
  { head: 'user', least: 12, spare: true },
  { head: 'tries', spare: true },
  { head: 'state' },
];

function cells(letter: LetterSummary): (string | number)[] {
  const { id, died_at, queue, step, error_class, error, user, attempts } = letter;
  return [
    id,
    ago(died_at),
    queue,
    step ?? '-',
    error_class,
    error,
    user ?? '-',
    attempts,
    stateOf(letter),
  ];
}

/** With what an operator has to know before touching it. */
function stateOf({ state, outcome, replays }: LetterSummary): string {
  if (state === 'replayed') return `replayed, ${outcome ?? 'waiting'}`;
  return replays === 0 ? state : `${state}, replayed ${replays} ×`;
}
