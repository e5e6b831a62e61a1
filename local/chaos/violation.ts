export const rules = [
  'lost',
  'unfinished',
  'duplicate MP3',
  'wrong MP3',
  'duplicate mail',
  'wrong mail',
  'orphan',
  'needless dead letter',
  'unfiled dead letter',
  'duplicate dead letter',
  'not replayable',
  'too many attempts',
  'slow recovery',
  'left message',
] as const;
export type Rule = (typeof rules)[number];

/** A promise that was not kept. */
export interface Violation {
  readonly rule: Rule;
  /** Null when it is about no job in particular. */
  readonly jobId: string | null;
  readonly text: string;
}

export function violation(rule: Rule, jobId: string | null, text: string): Violation {
  return { rule, jobId, text };
}
