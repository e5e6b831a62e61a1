import type { Finding } from './finding';

export const partNames = ['image', 'compose', 'manifests', 'compose-file'] as const;
export type PartName = (typeof partNames)[number];

export interface PartContext {
  /** The checkout. */
  readonly repository: string;
  /** Logs and everything else that a part writes; kept until the next run. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** One line for a person who waits. */
  readonly say: (line: string) => void;
}

export interface PartReport {
  readonly part: PartName;
  readonly findings: readonly Finding[];
  /** What was looked at, as rows of a table. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Why it was not run; undefined when it was. */
  readonly notRun?: string;
}

/** One part of `npm run verify:deploy`. */
export type VerifyPart = (context: PartContext) => Promise<PartReport>;
