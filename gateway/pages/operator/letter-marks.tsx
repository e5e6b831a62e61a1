import type { LetterSummary } from '../../../dead-letters/views';
import { outcomeWords, reasonWords, stateWords } from './words';

/** What sets a letter apart from an open one that died once: state, crashes, earlier replays. */
export function LetterMarks({ letter }: { readonly letter: LetterSummary }) {
  const { state, reason, replays, outcome, problem } = letter;
  return (
    <>
      {state !== 'open' && <span class="mark">{stateWords[state]}</span>}
      {reason === 'delivery-limit' && <span class="mark bad">{reasonWords[reason]}</span>}
      {problem !== null && <span class="mark bad">not a valid message</span>}
      {replays > 0 && (
        <span class={`mark ${outcome === 'died-again' ? 'bad' : ''}`}>
          replayed {replays === 1 ? 'once' : `${replays} times`}
          {outcome !== null && `: ${outcomeWords[outcome]}`}
        </span>
      )}
    </>
  );
}
