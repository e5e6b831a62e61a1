import Table from 'cli-table3';
import type { DeadLettersResult } from './dead-letters';
import type { Measurement } from './measurement';

export function deadLettersTable(
  { deadLetters, exportBytes, whileReplaying, measurements, held }: DeadLettersResult,
  color: boolean,
): string {
  const style = color ? {} : { style: { head: [], border: [] } };
  const table = new Table({ head: ['', 'measured', 'aim', ''], ...style });
  for (const { name, value, aim, unit } of measurements) {
    const verdict = aim === null ? '' : value <= aim ? 'ok' : 'MISSED';
    table.push([name, amount(value, unit), aim === null ? '' : amount(aim, unit), verdict]);
  }
  const megabytes = (exportBytes / 1_000_000).toFixed(1);
  return [
    `${deadLetters} dead letters; ${whileReplaying.uploads} uploads while replaying; export of ${megabytes} MB`,
    table.toString(),
    held ? 'every aim held' : 'an aim was MISSED',
  ].join('\n');
}

function amount(value: number, unit: Measurement['unit']): string {
  if (unit === 'replays') return String(value);
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : `${value.toFixed(1)} ms`;
}
