import { useEffect, useRef } from 'preact/hooks';
import type { LetterDetail } from '../../../dead-letters/views';
import { Age } from './age';
import { LetterMarks } from './letter-marks';
import { hrefOf } from './route';
import { queueWords, reasonWords } from './words';

/** The answer to "why did it die", and what a replay would do. */
export function LetterSummaryView({ letter }: { readonly letter: LetterDetail }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const { id, queue, reason, step, attempts, job, user } = letter;
  return (
    <>
      <h2 ref={heading} tabIndex={-1}>
        {letter.error_class} <LetterMarks letter={letter} />
      </h2>
      <p class="error">{letter.error}</p>
      {letter.problem !== null && !letter.error.includes(letter.problem) && (
        <p class="problem">Not a message of its queue: {letter.problem}</p>
      )}
      <dl class="facts">
        <Fact name="Died">
          <Age at={letter.died_at} withTime />
        </Fact>
        <Fact name="Because">{reasonWords[reason]}</Fact>
        <Fact name="Queue">{queueWords[queue]}</Fact>
        <Fact name="Step">{step ?? '–'}</Fact>
        <Fact name="Attempts">{attempts}</Fact>
        <Fact name="User">
          {user === null ? (
            '–'
          ) : (
            <a href={hrefOf({ kind: 'letters', filter: { user, state: 'any' } })}>{user}</a>
          )}
        </Fact>
        <Fact name="Job">
          {job === null ? '–' : <a href={hrefOf({ kind: 'audit', filter: { job } })}>{job}</a>}
        </Fact>
        <Fact name="Letter">
          <code>{id}</code>
        </Fact>
        <Fact name="Message">
          <code>{letter.message_id}</code>
        </Fact>
        <Fact name="Trace">
          <code>{letter.trace_id ?? '–'}</code>
        </Fact>
        <Fact name="A replay starts at">{letter.starts_at ?? 'cannot be replayed as it is'}</Fact>
      </dl>
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly children: preact.ComponentChildren;
}

function Fact({ name, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
