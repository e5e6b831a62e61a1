import type { Command } from 'commander';
import { withExamples } from '../examples';
import { addOrderOptions, type OrderOptions } from '../options/order-options';
import { carryThrough } from '../ordering/carry-through';
import { chooseLetters } from '../ordering/choose-letters';
import type { RunVerb } from '../session';

/** `unpark`: opens letters again that were put aside. */
export function addUnparkVerb(program: Command, run: RunVerb): void {
  const verb = program.command('unpark').description('open dead letters again that were put aside');
  addOrderOptions(verb, 'parked').action((ids: string[], options: OrderOptions) =>
    run(async (session) => {
      const select = await chooseLetters(session.stores, ids, options, 'parked');
      return carryThrough(session, { action: 'unpark', select }, options);
    }),
  );
  withExamples(
    verb,
    "unpark 3fa9 --reason 'the mail server is there'",
    "unpark --all --reason 'ticket 42 is closed' --yes",
  );
}
