import { here, hereAndQueue, inTheRange } from './expressions';
import type { Panel } from './panel';
import { badAbove } from './thresholds';

/** Panels about what was given up; each leads to the letters on the operator's page. */

export function deadLetters(width: number): Panel {
  return {
    title: 'Dead letters',
    kind: 'stat',
    shows: 'Messages that were given up and wait for an operator, of all queues.',
    whenBad:
      "Click: the operator's page groups them by step and error. Repair the cause, replay one, look at its outcome, then replay the group.",
    unit: 'short',
    width,
    thresholds: badAbove(1, 20),
    letters: { view: 'letters', filters: [] },
    queries: [{ expr: `sum(queue:dead_letters:sum{${here}})`, legend: 'waiting' }],
  };
}

export function deadLettersByQueue(width: number): Panel {
  return {
    title: 'Dead letters',
    kind: 'stat',
    shows: 'Messages that were given up and wait for an operator.',
    whenBad:
      "Click a number for that queue's dead letters on the operator's page. Repair the cause, replay one, look at its outcome, then replay the group.",
    unit: 'short',
    width,
    thresholds: badAbove(1, 20),
    letters: { view: 'letters', filters: ['queue'] },
    queries: [
      {
        expr: `sum by (queue) (queue:dead_letters:sum{${hereAndQueue}})`,
        legend: '{{queue}}',
      },
    ],
  };
}

export function deadLettersOverTime(width: number): Panel {
  return {
    title: 'Dead letters over time',
    kind: 'timeseries',
    shows: 'Messages that wait for an operator, by the queue they died in.',
    whenBad:
      'Steps up at one time share a cause: compare with the vertical lines and the breakers of that time. Click a line for its dead letters.',
    unit: 'short',
    width,
    thresholds: badAbove(1, 20),
    letters: { view: 'letters', filters: ['queue'] },
    queries: [
      {
        expr: `sum by (queue) (queue:dead_letters:sum{${hereAndQueue}})`,
        legend: '{{queue}}',
      },
    ],
  };
}

/** `selector` says of which of them. */
export function givenUpByReason(
  what: 'Videos' | 'Messages',
  selector: string,
  width: number,
): Panel {
  return {
    title: 'Given up by reason',
    kind: 'bargauge',
    shows: `${what} that were given up within the time shown, by reason.`,
    whenBad:
      'Click a bar for the dead letters behind it. attempts-exhausted: read the last error of each. delivery-limit: a worker dies of it, look at its memory. invalid-message: somebody publishes what is no job. mail-refused: the address or the text. unknown-error: a bug of ours.',
    unit: 'short',
    width,
    thresholds: badAbove(1, 20),
    letters: { view: 'letters', filters: ['reason'] },
    queries: [
      {
        expr: inTheRange('dead_lettered_total', selector, ['reason']),
        legend: '{{reason}}',
      },
    ],
  };
}

export function whatOperatorsDid(width: number): Panel {
  return {
    title: 'What operators did',
    kind: 'bargauge',
    shows: 'Dead letters that were replayed, discarded, parked and unparked in the time shown.',
    whenBad:
      'Replays without fewer dead letters: they die again, so the cause is still there. Discards that nobody expects: the audit on the operator page says who and why.',
    unit: 'short',
    width,
    letters: { view: 'audit', filters: [] },
    queries: [
      {
        expr: inTheRange('dead_letters_acted_total', here, ['action']),
        legend: '{{action}}',
      },
    ],
  };
}
