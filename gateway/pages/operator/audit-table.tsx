import type { AuditLine } from '../../../dead-letters/views';
import { Age } from './age';
import { Difference } from './difference';
import { hrefOf } from './route';
import { actionWords, outcomeWords } from './words';

interface Props {
  readonly entries: readonly AuditLine[];
  /** Leaves the letter out of its own history. */
  readonly ofOneLetter?: boolean;
}

export function AuditTable({ entries, ofOneLetter = false }: Props) {
  if (entries.length === 0) return <p class="empty">Nobody has done anything here yet.</p>;
  return (
    <table class="audit">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          {!ofOneLetter && <th scope="col">Letter</th>}
          <th scope="col">Reason</th>
          <th scope="col">Ended</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <AuditRow key={entry.id} entry={entry} ofOneLetter={ofOneLetter} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly entry: AuditLine;
  readonly ofOneLetter: boolean;
}

function AuditRow({ entry, ofOneLetter }: RowProps) {
  const { at, actor, action, letter, reason, difference, result, note } = entry;
  return (
    <tr data-letter={letter}>
      <td data-label="when">
        <Age at={at} />
      </td>
      <td data-label="who" class="user">
        {actor}
      </td>
      <td data-label="what">
        <strong>{actionWords[action]}</strong>
        {result === 'refused' && <span class="mark bad">refused</span>}
        <span class="sample">{note}</span>
        <Difference name="Changed" changes={difference} />
      </td>
      {!ofOneLetter && (
        <td data-label="letter">
          <a href={hrefOf({ kind: 'letter', id: letter })}>
            <code>{letter}</code>
          </a>
        </td>
      )}
      <td data-label="reason">{reason}</td>
      <td data-label="ended">
        <Outcome entry={entry} />
      </td>
    </tr>
  );
}

function Outcome({ entry }: { readonly entry: AuditLine }) {
  const { outcome, outcome_at: at } = entry;
  if (outcome === null) return <>–</>;
  return (
    <>
      <span class={`mark ${outcome === 'succeeded' ? 'good' : outcome === 'waiting' ? '' : 'bad'}`}>
        {outcomeWords[outcome]}
      </span>
      {at !== null && (
        <>
          {' '}
          <Age at={at} />
        </>
      )}
    </>
  );
}
