import type { Selection } from '../../../dead-letters/selection';
import type { LetterDetail } from '../../../dead-letters/views';

/** The letters that an action is about. */
export interface Target {
  readonly select: Selection;
  readonly count: number;
  /** In words, for a dialog. */
  readonly words: string;
  /** The one letter, where its whole message can be edited. */
  readonly letter?: LetterDetail;
}
