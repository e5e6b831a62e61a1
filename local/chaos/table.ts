import Table from 'cli-table3';
import type { Judgement } from './judge';
import { recoveryLimitMs } from './settings';

/** The one table of a run. */
export function judgementTable({ counts, violations }: Judgement, color: boolean): string {
  const style = color ? {} : { style: { head: [], border: [] } };
  const table = new Table({ head: ['', 'count', 'allowed', ''], ...style });
  const broken = new Set(violations.map(({ rule }) => rule));
  const judged = (name: string, count: string | number, allowed: string, bad: boolean) =>
    table.push([name, String(count), allowed, bad ? 'BROKEN' : 'ok']);
  const told = (name: string, count: string | number) => table.push([name, String(count), '', '']);

  told('accepted', counts.accepted);
  told('MP3s', counts.mp3s);
  judged('verified MP3s', counts.verifiedMp3s, 'all', broken.has('wrong MP3'));
  judged('duplicate MP3s', counts.duplicateMp3s, '0', counts.duplicateMp3s > 0);
  told('mails', counts.mails);
  judged('duplicate mails', counts.duplicateMails, '0', counts.duplicateMails > 0);
  told('  after a kill or pause before the ledger', counts.mailsRepeatedAfterKill);
  told('  whose answer was cut off', counts.mailsRepeatedUnheard);
  judged('mails about another end than the job’s', counts.wrongMails, '0', counts.wrongMails > 0);
  judged('lost', counts.lost, '0', counts.lost > 0);
  judged('unfinished, of unanswered uploads', counts.unfinished, '0', counts.unfinished > 0);
  told('failed, and the listener told', list(counts.failed));
  judged(
    'dead letters',
    list(counts.deadLetters),
    'attempts-exhausted',
    broken.has('needless dead letter'),
  );
  judged('dead letters not on file once', counts.unfiled, '0', counts.unfiled > 0);
  judged('dead letters nobody can replay', counts.notReplayable, '0', counts.notReplayable > 0);
  judged('orphans after the sweep', counts.orphans, '0', counts.orphans > 0);
  judged('attempts beyond the limit', counts.beyondLimit, '0', counts.beyondLimit > 0);
  judged('messages left in queues', counts.leftMessages, '0', counts.leftMessages > 0);
  const { slowestRecovery } = counts;
  judged(
    'slowest recovery',
    slowestRecovery === null
      ? 'none measured'
      : `${seconds(slowestRecovery.tookMs)} (${slowestRecovery.server})`,
    seconds(recoveryLimitMs),
    broken.has('slow recovery'),
  );
  told('processes that ended by themselves', counts.crashes);
  return table.toString();
}

function list(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts);
  if (entries.length === 0) return '0';
  return entries.map(([name, count]) => `${count} ${name}`).join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
