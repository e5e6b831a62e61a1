import type { Command } from 'commander';
import { listAudit } from '../../audit/list-audit';
import { auditCsv } from '../../looking/csv';
import { findLetterId } from '../../looking/find-letter-id';
import { letterIdSchema } from '../../selection';
import type { DeadLetterStores } from '../../stores';
import type { AuditLine, AuditPage } from '../../views';
import { withExamples } from '../examples';
import { addFormatOptions, formatOf, type FormatOptions } from '../options/format-options';
import { wholeNumber } from '../options/numbers';
import { differenceLine } from '../printing/difference';
import { renderTable, type Column } from '../printing/table';
import { moment } from '../printing/times';
import type { RunVerb, Session } from '../session';

interface AuditOptions extends FormatOptions {
  readonly letter?: string;
  readonly job?: string;
  readonly order?: string;
  readonly limit: number;
  readonly after?: string;
}

/** `audit`: who did what, when and why, and how it ended. */
export function addAuditVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('audit')
    .description('who did what, when and why, what was changed and how it ended; newest first')
    .option('--letter <id>', 'about this dead letter: the beginning of its id')
    .option('--job <id>', 'about this job')
    .option('--order <id>', 'of this order')
    .option('--limit <count>', 'at most so many', wholeNumber(1, 1_000_000), 50)
    .option('--after <place>', 'go on after the end of the page before');
  addFormatOptions(verb, 'csv').action((options: AuditOptions) =>
    run((session) => audit(session, options)),
  );
  withExamples(verb, 'audit', 'audit --letter 3fa9', 'audit --limit 100000 --csv > audit.csv');
}

async function audit(session: Session, options: AuditOptions): Promise<undefined> {
  const { stores, say, complain } = session;
  const page = await readPages(stores, options);
  const format = formatOf(options);
  if (format === 'json') say(JSON.stringify(page, null, 2));
  else if (format === 'csv') say(auditCsv(page).trimEnd());
  else if (page.entries.length === 0) say('nothing was done yet');
  else say(renderTable(columns, page.entries.map(cells), session));
  if (format !== 'json' && page.next !== null) {
    complain(`${page.entries.length} entries shown; the next: --after ${page.next}`);
  }
  return undefined;
}

const pageEntries = 500;

async function readPages(stores: DeadLetterStores, options: AuditOptions): Promise<AuditPage> {
  const { job, order, limit } = options;
  const letter = options.letter === undefined ? undefined : await letterOf(stores, options.letter);
  const filter = {
    ...(letter !== undefined && { letter }),
    ...(job !== undefined && { job }),
    ...(order !== undefined && { order }),
  };
  const found: AuditLine[] = [];
  let next: string | null | undefined = options.after;
  do {
    const page: AuditPage = await listAudit(stores, filter, {
      limit: Math.min(pageEntries, limit - found.length),
      ...(typeof next === 'string' && { after: next }),
    });
    found.push(...page.entries);
    next = page.next;
  } while (next !== null && found.length < limit);
  return { entries: found, next };
}

/** The audit outlives the letters, so a whole id needs none. */
async function letterOf(stores: DeadLetterStores, id: string): Promise<string> {
  return letterIdSchema.safeParse(id).success ? id : await findLetterId(stores, id);
}

const columns: readonly Column[] = [
  { head: 'at' },
  { head: 'action' },
  { head: 'letter' },
  { head: 'actor', least: 10 },
  { head: 'reason', least: 12 },
  { head: 'came to', least: 10 },
  { head: 'difference', least: 12, spare: true },
  { head: 'job', least: 8, spare: true },
];

function cells(entry: AuditLine): string[] {
  const { at, action, letter, actor, reason, difference, job } = entry;
  return [
    moment(at),
    action,
    letter,
    actor,
    reason,
    cameTo(entry),
    differenceLine(difference) || '-',
    job ?? '-',
  ];
}

function cameTo({ result, note, outcome }: AuditLine): string {
  if (result === 'refused') return `refused: ${note}`;
  return outcome ?? note;
}
