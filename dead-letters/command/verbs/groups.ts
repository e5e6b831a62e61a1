import type { Command } from 'commander';
import { listGroups } from '../../looking/list-groups';
import type { Group } from '../../views';
import { called, withExamples } from '../examples';
import { addFilterOptions, filterOf, type FilterOptions } from '../options/filter-options';
import { addFormatOptions, type FormatOptions } from '../options/format-options';
import { groupName } from '../options/group-name';
import { renderTable, type Column } from '../printing/table';
import { ago } from '../printing/times';
import type { RunVerb, Session } from '../session';

/** `groups`: what kinds of failures there are, the commonest first. */
export function addGroupsVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('groups')
    .description('how many died of what: by queue, step and error class, largest first');
  addFormatOptions(addFilterOptions(verb)).action((options: FilterOptions & FormatOptions) =>
    run((session) => groups(session, options)),
  );
  withExamples(verb, 'groups', 'groups --newer 1d', 'groups --queue mp3 --state any --json');
}

async function groups(
  session: Session,
  options: FilterOptions & FormatOptions,
): Promise<undefined> {
  const { stores, say, complain } = session;
  const found = await listGroups(stores, filterOf(options));
  const [largest] = found.groups;
  if (options.json === true) say(JSON.stringify(found, null, 2));
  else if (largest === undefined) say('no dead letters match');
  else {
    say(renderTable(columns, found.groups.map(cells), session));
    complain(
      [
        `Look at one:        ${called} show ${largest.sample.id}`,
        `See what would be:  ${called} replay --group '${groupName(largest)}' --dry-run`,
      ].join('\n'),
    );
  }
  return undefined;
}

const columns: readonly Column[] = [
  { head: 'count' },
  { head: 'group' },
  { head: 'first', spare: true },
  { head: 'last', spare: true },
  { head: 'sample' },
  { head: 'its error', least: 12, spare: true },
];

function cells(group: Group): (string | number)[] {
  const { count, first_at, last_at, sample } = group;
  return [count, groupName(group), ago(first_at), ago(last_at), sample.id, sample.error];
}
