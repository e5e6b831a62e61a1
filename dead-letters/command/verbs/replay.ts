import type { Command } from 'commander';
import { withExamples } from '../examples';
import { addOrderOptions, addWaitOption, type OrderOptions } from '../options/order-options';
import { carryThrough } from '../ordering/carry-through';
import { chooseLetters } from '../ordering/choose-letters';
import type { RunVerb } from '../session';

/** `replay`: puts letters back; each starts again at the step that failed. */
export function addReplayVerb(program: Command, run: RunVerb): void {
  const verb = program
    .command('replay')
    .description('put dead letters back; each starts again at the step that failed');
  addWaitOption(addOrderOptions(verb)).action((ids: string[], options: OrderOptions) =>
    run(async (session) => {
      const select = await chooseLetters(session.stores, ids, options);
      return carryThrough(session, { action: 'replay', select }, options);
    }),
  );
  withExamples(
    verb,
    'replay 3fa9 --dry-run',
    "replay 3fa9 --reason 'disk is larger now' --wait",
    "replay --group 'video/transcode/MediaToolError' --reason 'ffmpeg mended' --rate 5",
    "replay --all --reason 'MongoDB is back' --yes --detach",
  );
}
