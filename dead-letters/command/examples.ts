import type { Command } from 'commander';

/** How people call the command. */
export const called = 'npm run dead-letters --';

/** Adds lines to type to the help of a verb. */
export function withExamples(verb: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  ${called} ${example}`);
  return verb.addHelpText('after', ['', 'Examples:', ...lines].join('\n'));
}
