import type { LetterDetail } from '../../../dead-letters/views';
import { Age } from './age';
import { reasonWords } from './words';

/** Every time the message was given up, once there was more than one. */
export function DeathList({ deaths }: { readonly deaths: LetterDetail['deaths'] }) {
  if (deaths.length < 2) return null;
  return (
    <section>
      <h3>Died {deaths.length} times</h3>
      <ol>
        {deaths.map(({ at, replay, reason, step, error_class: errorClass, error, attempts }) => (
          <li key={`${at} ${replay}`}>
            <Age at={at} withTime />: {reasonWords[reason]} after {attempts}{' '}
            {attempts === 1 ? 'attempt' : 'attempts'}
            {step !== null && ` in ${step}`}: <strong>{errorClass}</strong> {error}
          </li>
        ))}
      </ol>
    </section>
  );
}
