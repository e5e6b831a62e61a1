import type { Command } from 'commander';
import { withExamples } from '../examples';
import { addOrderOptions, type OrderOptions } from '../options/order-options';
import { carryThrough } from '../ordering/carry-through';
import { chooseLetters } from '../ordering/choose-letters';
import type { RunVerb } from '../session';

/** `park`: puts letters aside, so that they are in nobody's way. */
export function addParkVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('park')
    .description('put dead letters aside; "unpark" opens them again');
  addOrderOptions(verb).action((ids: string[], options: OrderOptions) =>
    run(async (session) => {
      const select = await chooseLetters(session.stores, ids, options);
      return carryThrough(session, { action: 'park', select }, options);
    }),
  );
  withExamples(
    verb,
    "park 3fa9 --reason 'waits for the new mail server'",
    "park --group 'mp3/send-mail/MailRefused' --reason 'ticket 42' --yes",
  );
}
