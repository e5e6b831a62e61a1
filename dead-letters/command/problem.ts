/** Done; something is wrong, or died again; not understood; left with Ctrl-C while an order runs. */
export const exitCodes = { done: 0, problem: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Something a person can mend; the command says it and exits with 1. */
export class CommandProblem extends Error {
  override readonly name = 'CommandProblem';
}

/** The call itself was wrong; the command says it and exits with 2. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem';
}
