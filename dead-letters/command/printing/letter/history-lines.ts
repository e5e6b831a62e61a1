import type { LetterDetail } from '../../../views';
import type { Output } from '../../terminal';
import { differenceLines } from '../difference';
import { printableLine } from '../printable';
import { moment } from '../times';

/** From the audit, oldest first: who did what, why, and how it ended. */
export function historyLines({ history }: LetterDetail, output: Pick<Output, 'paint'>): string[] {
  return history
    .toSorted((a, b) => a.at.localeCompare(b.at))
    .flatMap((entry) => {
      const { at, actor, action, reason, result, note, outcome, difference } = entry;
      const done = result === 'refused' ? `refused: ${note}` : note;
      return [
        `${moment(at)}  ${action} by ${printableLine(actor)}: ${printableLine(reason)}`,
        `  ${printableLine(done)}${outcome === null ? '' : `; outcome: ${outcome}`}`,
        ...differenceLines(difference, output).map((line) => `  ${line}`),
      ];
    });
}
