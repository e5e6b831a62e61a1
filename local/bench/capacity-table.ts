import Table from 'cli-table3';
import { measuredRows } from '../capacity/document-measurements';
import type { Measured } from '../capacity/measured';

/** What was measured, for a person at a terminal. */
export function capacityTable(measured: Measured, color: boolean): string {
  const { machine, servers, perJob, drain } = measured;
  const style = color ? {} : { style: { head: [], border: [] } };
  const rates = new Table({ head: ['measured', 'value'], ...style });
  rates.push(...measuredRows(measured).map((row) => [...row]));
  const counts = new Table({ head: ['for one clip', 'seen', 'counted in the code'], ...style });
  for (const [what, { seen, counted }] of Object.entries(perJob)) {
    counts.push([what, seen.toFixed(1), counted.toFixed(1)]);
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
  for (const one of drain) {
    drains.push([
      ...[one.name, one.jobs, one.measuredSeconds, one.predictedSeconds, one.ratio],
      ...[one.measuredCpuSeconds, one.predictedCpuSeconds, one.cpuRatio, one.othersCores],
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
