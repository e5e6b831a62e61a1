import type { LetterSummary } from '../../../dead-letters/views';
import { Age } from './age';
import { hrefOf } from './route';
import type { Choice } from './selection-bar';
import { LetterMarks } from './letter-marks';

interface Props {
  readonly letters: readonly LetterSummary[];
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
  readonly busy: boolean;
}

export function LetterTable({ letters, choice, onChange, busy }: Props) {
  const isChosen = ({ id }: LetterSummary) => choice.kind === 'all' || choice.ids.has(id);

  function choose(some: readonly LetterSummary[], chosen: boolean): void {
    // From "all that match" back to single ones: what is in sight stays chosen.
    const ids = new Set(choice.kind === 'all' ? letters.map(({ id }) => id) : choice.ids);
    for (const { id } of some) {
      if (chosen) ids.add(id);
      else ids.delete(id);
    }
    onChange({ kind: 'ticked', ids });
  }

  return (
    <table class="letters" aria-busy={busy}>
      <thead>
        <tr>
          <th scope="col">
            <input
              type="checkbox"
              aria-label="Select this page"
              checked={letters.length > 0 && letters.every(isChosen)}
              onChange={(event) => {
                choose(letters, event.currentTarget.checked);
              }}
            />
          </th>
          <th scope="col">Error</th>
          <th scope="col">Died</th>
          <th scope="col">Queue</th>
          <th scope="col">Step</th>
          <th scope="col">User</th>
          <th scope="col">Attempts</th>
        </tr>
      </thead>
      <tbody>
        {letters.map((letter) => (
          <LetterRow
            key={letter.id}
            letter={letter}
            chosen={isChosen(letter)}
            onChoose={(chosen) => {
              choose([letter], chosen);
            }}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly letter: LetterSummary;
  readonly chosen: boolean;
  readonly onChoose: (chosen: boolean) => void;
}

function LetterRow({ letter, chosen, onChoose }: RowProps) {
  const { id, queue, step, user, attempts, error_class: errorClass, error } = letter;
  return (
    <tr aria-selected={chosen} data-letter={id}>
      <td>
        <input
          type="checkbox"
          aria-label={`Select letter ${id}`}
          checked={chosen}
          onChange={(event) => {
            onChoose(event.currentTarget.checked);
          }}
        />
      </td>
      <th scope="row">
        <a href={hrefOf({ kind: 'letter', id })}>{errorClass}</a> <LetterMarks letter={letter} />
        <span class="sample">{letter.problem ?? error}</span>
      </th>
      <td data-label="died">
        <Age at={letter.died_at} />
      </td>
      <td data-label="queue">{queue}</td>
      <td data-label="step">{step ?? '–'}</td>
      <td data-label="user" class="user">
        {user ?? '–'}
      </td>
      <td data-label="attempts">{attempts}</td>
    </tr>
  );
}
