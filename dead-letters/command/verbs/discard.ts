import type { Command } from 'commander';
import { withExamples } from '../examples';
import { addOrderOptions, type OrderOptions } from '../options/order-options';
import { carryThrough } from '../ordering/carry-through';
import { chooseLetters } from '../ordering/choose-letters';
import type { RunVerb } from '../session';

/** `discard`: gives letters up for good; the listener of a dead job is told. */
export function addDiscardVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('discard')
    .description('give dead letters up for good; a dead job fails and its listener is told');
  addOrderOptions(verb).action((ids: string[], options: OrderOptions) =>
    run(async (session) => {
      const select = await chooseLetters(session.stores, ids, options);
      return carryThrough(session, { action: 'discard', select }, options);
    }),
  );
  withExamples(
    verb,
    "discard 3fa9 --reason 'the source is gone'",
    "discard --queue video --died-of invalid-message --reason 'not ours' --dry-run",
    "discard --older 30d --state parked --reason 'nobody asked for them' --yes",
  );
}
