import type { LetterDetail } from '../../../views';
import { called } from '../../examples';
import { groupName } from '../../options/group-name';
import { printableLine } from '../printable';
import { fields } from './fields';

/** The commands to type, for the state it is in. */
export function nextLines(letter: LetterDetail): string[] {
  const { id, state, outcome } = letter;
  switch (state) {
    case 'open':
      return openLines(letter);
    case 'parked':
      return [
        'It was put aside. Nothing happens to it until somebody replays, discards or opens it.',
        ...commands([
          ['open again', `unpark ${id} --reason '…'`],
          ['replay', `replay ${id} --reason '…'`],
        ]),
      ];
    case 'replaying':
      return ['It is being put back now.', ...commands([['follow', 'orders']])];
    case 'replayed':
      return outcome === 'waiting' || outcome === null
        ? [
            'It was put back, and how it ends is not known yet.',
            ...commands([['look again', `show ${id}`]]),
          ]
        : [`Nothing: it was put back, and the outcome is: ${outcome}.`];
    case 'discarded':
      return ['Nothing: it was given up for good.'];
    default:
      return state satisfies never;
  }
}

function openLines(letter: LetterDetail): string[] {
  const { id, starts_at, message } = letter;
  const group = groupName(letter);
  const others = printableLine(group) === group && !group.includes("'");
  const edit: readonly Next[] = message === null ? [] : [['edit', `edit ${id} --reason '…'`]];
  const rest: readonly Next[] = [
    ['give up', `discard ${id} --reason '…'`],
    ['put aside', `park ${id} --reason '…'`],
  ];
  if (starts_at === null) {
    return [
      'A replay as it is puts nothing back: the dry run says why.',
      ...commands([['dry run', `replay ${id} --dry-run`], ...edit, ...rest]),
    ];
  }
  return [
    `Mend the cause, then replay it: it starts again at ${starts_at}.`,
    ...commands([
      ['dry run', `replay ${id} --dry-run`],
      ['replay', `replay ${id} --reason '…' --wait`],
      ...(others ? ([['all like it', `replay --group '${group}' --reason '…'`]] as const) : []),
      ...edit,
      ...rest,
    ]),
  ];
}

type Next = readonly [name: string, words: string];

const commands = (all: readonly Next[]) =>
  fields(all.map(([name, words]) => [name, `${called} ${words}`]));
