import type { LetterDetail } from '../../../dead-letters/views';
import { Age } from './age';
import { LogLines } from './log-lines';

type Attempts = LetterDetail['attempts_made'];

/** Every attempt with its worker, error and last log lines; the last one's lines are open. */
export function AttemptList({ attempts }: { readonly attempts: Attempts }) {
  return (
    <section>
      <h3>Attempts</h3>
      {attempts.length === 0 && <p class="quiet">None is on record.</p>}
      <ol class="attempts">
        {attempts.map((made, index) => (
          <li key={`${made.replay} ${made.attempt}`}>
            <p>
              <strong>
                Attempt {made.attempt}
                {made.replay > 0 && ` after replay ${made.replay}`}
              </strong>{' '}
              · <Age at={made.at} withTime /> · {made.worker}
              {made.step !== null && (
                <>
                  {' '}
                  · <code>{made.step}</code>
                </>
              )}
            </p>
            <p>
              {made.error_class}: {made.error}
            </p>
            <LogLines lines={made.log} open={index === attempts.length - 1} />
          </li>
        ))}
      </ol>
    </section>
  );
}
