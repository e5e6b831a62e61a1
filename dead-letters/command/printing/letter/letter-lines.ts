import type { LetterDetail } from '../../../views';
import type { Output } from '../../terminal';
import { attemptLines } from './attempt-lines';
import { bodyLines, headerLines, sourceLines } from './content-lines';
import { historyLines } from './history-lines';
import { nextLines } from './next-lines';
import { whatLines, whyLines } from './summary-lines';

/**
 * A page about one letter, to be read from top to bottom: what died, why, every attempt, what it
 * holds, what was done about it, and last, where a terminal leaves the eye, what to do next.
 */
export function letterLines(letter: LetterDetail, output: Pick<Output, 'paint'>): string[] {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['What died', whatLines(letter)],
    ['Why', whyLines(letter)],
    ['Every attempt', attemptLines(letter)],
    ['The source, by ffprobe', sourceLines(letter)],
    ['Headers', headerLines(letter)],
    ['Body', bodyLines(letter)],
    ['What was done', historyLines(letter, output)],
    ['What to do next', nextLines(letter)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([title, lines], index) => [
      ...(index === 0 ? [] : ['']),
      output.paint('bold', title),
      ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
    ]);
}
