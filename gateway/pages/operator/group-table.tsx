import { useState } from 'preact/hooks';
import type { LetterFilter } from '../../../dead-letters/selection';
import type { Group } from '../../../dead-letters/views';
import { Age } from './age';
import { filterOfGroup, includesGroup, withoutGroup } from './filter';
import { hrefOf } from './route';
import { queueWords } from './words';

interface Props {
  /** Largest first. */
  readonly groups: readonly Group[];
  readonly filter: LetterFilter;
}

/** More would push the list off the first screen. */
const shownAtOnce = 8;

/** What died where and of what; a group's link shows its letters. */
export function GroupTable({ groups, filter }: Props) {
  const [whole, setWhole] = useState(false);
  if (groups.length === 0) {
    return <p class="empty">No dead letters here. Everything that came was handled.</p>;
  }
  const narrowed =
    filter.queue !== undefined || filter.step !== undefined || filter.error_class !== undefined;
  // The chosen ones alone leave the first screen to their letters.
  const wanted = narrowed ? groups.filter((group) => includesGroup(filter, group)) : groups;
  const shown = whole ? groups : wanted.slice(0, shownAtOnce);
  return (
    <>
      <table class="groups">
        <thead>
          <tr>
            <th scope="col">Letters</th>
            <th scope="col">Error</th>
            <th scope="col">Queue</th>
            <th scope="col">Step</th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((group) => (
            <GroupRow
              key={`${group.queue} ${group.step ?? ''} ${group.error_class}`}
              group={group}
              href={hrefOf({ kind: 'letters', filter: filterOfGroup(filter, group) })}
              chosen={narrowed && includesGroup(filter, group)}
            />
          ))}
        </tbody>
      </table>
      <p class="more">
        {narrowed && (
          <a href={hrefOf({ kind: 'letters', filter: withoutGroup(filter) })}>
            Letters of all groups
          </a>
        )}
        {groups.length > shown.length && (
          <button
            type="button"
            class="link"
            onClick={() => {
              setWhole(true);
            }}
          >
            {narrowed ? 'Other groups' : `Show all ${groups.length} groups`}
          </button>
        )}
      </p>
    </>
  );
}

interface RowProps {
  readonly group: Group;
  readonly href: string;
  readonly chosen: boolean;
}

function GroupRow({ group, href, chosen }: RowProps) {
  const { queue, step, error_class: errorClass, count, first_at: firstAt, last_at: lastAt } = group;
  return (
    <tr aria-current={chosen ? 'true' : undefined}>
      <td class="count">{count.toLocaleString('en')}</td>
      <th scope="row">
        <a href={href}>{errorClass}</a>
        <span class="sample">{group.sample.error}</span>
      </th>
      <td data-label="queue">{queueWords[queue]}</td>
      <td data-label="step">{step ?? '–'}</td>
      <td data-label="first">
        <Age at={firstAt} />
      </td>
      <td data-label="last">
        <Age at={lastAt} />
      </td>
    </tr>
  );
}
