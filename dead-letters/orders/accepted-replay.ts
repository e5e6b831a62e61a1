import type { PlannedReplay } from './plan-letters';

/** A replay that goes ahead; its message says `replay` in its header. */
export interface AcceptedReplay extends PlannedReplay {
  readonly replay: number;
}
