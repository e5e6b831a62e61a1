import Table from 'cli-table3';
import { measuredRows } from '../capacity/document-measurements';
import type { Measured } from '../capacity/measured';
import { countPerJob, predictDrain } from '../capacity/predicted';

/** What was measured, for a person at a terminal. */
export function capacityTable(measured: Measured, color: boolean): string {
  const { machine, servers, perJob, drain } = measured;
  const counted = countPerJob(measured);
  const style = color ? {} : { style: { head: [], border: [] } };
  const rates = new Table({ head: ['measured', 'value'], ...style });
  rates.push(...measuredRows(measured).map((row) => [...row]));
  const counts = new Table({ head: ['for one clip', 'seen', 'counted in the code'], ...style });
  for (const what of Object.keys(counted) as (keyof typeof counted)[]) {
    counts.push([what, perJob.seen[what].toFixed(1), counted[what].toFixed(1)]);
  }
  const head = [
    'queued jobs',
    'number',
    'measured s',
    'model s',
    'ratio',
    'CPU s',
    'model CPU s',
    'ratio',
    'cores of others',
  ];
  const drains = new Table({ head, ...style });
  for (const run of drain.runs) {
    const { seconds, cpuSeconds } = predictDrain(measured, run);
    const of = (measuredSeconds: number, modelSeconds: number) => [
      measuredSeconds,
      modelSeconds.toFixed(1),
      (measuredSeconds / modelSeconds).toFixed(2),
    ];
    drains.push([
      ...[run.name, run.jobs, ...of(run.measuredSeconds, seconds)],
      ...[...of(run.measuredCpuSeconds, cpuSeconds), run.othersCores],
    ]);
  }
  const { cpu, cores, loadBefore, loadAfter } = machine;
  const { ffmpeg, rabbitmq, mongodb } = servers;
  return [
    `${cores} cores of ${cpu}; load ${loadBefore} before, ${loadAfter} after`,
    `ffmpeg ${ffmpeg}, RabbitMQ ${rabbitmq}, MongoDB engine ${mongodb}`,
    rates.toString(),
    counts.toString(),
    drains.toString(),
  ].join('\n');
}
