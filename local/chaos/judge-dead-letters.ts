import type { DeadLetterFacts } from './evidence';
import { violation, type Rule, type Violation } from './violation';

/** Each dead letter is needed, on file exactly once, and for its operator to replay. */
export function judgeDeadLetters(letters: readonly DeadLetterFacts[]): Violation[] {
  const report = (rule: Rule, letter: DeadLetterFacts, text: string) =>
    violation(rule, letter.jobId, `${describeLetter(letter)}: ${text}`);
  return letters.flatMap((letter, index) => [
    ...(letter.reason === 'attempts-exhausted'
      ? []
      : [violation('needless dead letter', letter.jobId, describeLetter(letter))]),
    ...(letter.onFile && letter.inQueue === 0
      ? []
      : [report('unfiled dead letter', letter, whereItIs(letter))]),
    ...(letter.deaths === 1
      ? []
      : [report('duplicate dead letter', letter, `one death is on file ${letter.deaths} times`)]),
    ...(letters.findIndex((other) => isSame(other, letter)) === index
      ? []
      : [report('duplicate dead letter', letter, 'its job has another one in this queue')]),
    ...(letter.state === 'open' && letter.replay.kind !== 'impossible'
      ? []
      : [report('not replayable', letter, `${letter.state}, ${letter.replay.why}`)]),
  ]);
}

export function describeLetter({ queue, reason, errorClass }: DeadLetterFacts): string {
  return `${queue}: ${reason}, ${errorClass}`;
}

function whereItIs({ onFile, inQueue }: DeadLetterFacts): string {
  const copies = `${inQueue} copies in the queue`;
  return onFile ? `on file, and ${copies}` : `not on file, ${copies}`;
}

/** The message ids of a job's messages are made from it: two letters are two messages too many. */
function isSame(one: DeadLetterFacts, other: DeadLetterFacts): boolean {
  return one.queue === other.queue && one.jobId !== null && one.jobId === other.jobId;
}
