import { markdownTable } from '../../observability/markdown-table';
import type { Measured } from './measured';
import { countPerJob, predictDrain } from './predicted';

const ms = (seconds: number): string => `${Number((seconds * 1_000).toPrecision(2))} ms`;
const two = (number: number): string => String(Number(number.toPrecision(2)));

/** What was measured, as rows for a person. */
export function measuredRows({ rates }: Pick<Measured, 'rates'>): (readonly [string, string])[] {
  const { converter, gateway, auth, mongodb, rabbitmq, relay, notification } = rates;
  const perMegabyte = (seconds: number) => `${ms(seconds)} of CPU per MB`;
  return [
    ['transcode, one core', `${two(converter.transcodeSpeed)} × real time`],
    [
      'overhead of a job',
      `${ms(converter.overheadSeconds)} of a slot, ${ms(converter.overheadCpuSeconds)} of it CPU`,
    ],
    [
      'fetching a video',
      `${two(converter.fetchMegabytesPerSecond)} MB/s, ${perMegabyte(converter.videoCpuSecondsPerMegabyte)}`,
    ],
    [
      'storing an MP3, and what ffmpeg leaves out of its CPU time',
      `${two(converter.storeMegabytesPerSecond)} MB/s, ${perMegabyte(converter.mp3CpuSecondsPerMegabyte)}`,
    ],
    [
      'upload through the gateway',
      `${two(gateway.uploadMegabytesPerSecond)} MB/s, ${perMegabyte(gateway.uploadCpuSecondsPerMegabyte)}`,
    ],
    [
      'download through the gateway',
      `${two(gateway.downloadMegabytesPerSecond)} MB/s, ${perMegabyte(gateway.downloadCpuSecondsPerMegabyte)}`,
    ],
    ['gateway, an upload of a clip', `${ms(gateway.uploadCpuSeconds)} of CPU`],
    ['gateway, another request', `${ms(gateway.requestCpuSeconds)} of CPU`],
    ['auth, a login', `${ms(auth.loginCpuSeconds)} of CPU`],
    ['auth, a validation', `${ms(auth.validateCpuSeconds)} of CPU`],
    ['MongoDB, writing files', perMegabyte(mongodb.writeCpuSecondsPerMegabyte)],
    ['MongoDB, reading files', perMegabyte(mongodb.readCpuSecondsPerMegabyte)],
    ['MongoDB, a job without its bytes', `${ms(mongodb.jobCpuSeconds)} of CPU`],
    ['MongoDB, what stays of a job beside its files', `${two(mongodb.recordBytes)} bytes`],
    ['RabbitMQ, a job', `${ms(rabbitmq.jobCpuSeconds)} of CPU`],
    [
      'RabbitMQ, confirms with 1, 8, 256 in flight',
      `${Object.values(rabbitmq.confirmedPerSecond).map(two).join(', ')} messages/s`,
    ],
    ['relay, held jobs', `${two(relay.releasesPerSecond)} released/s`],
    ['notification, a mail', `${ms(notification.mailCpuSeconds)} of CPU`],
  ];
}

export function ratesTable(measured: Measured): string {
  const { machine, servers, measuredAt } = measured;
  const gigabytes = Math.round(machine.memoryBytes / 2 ** 30);
  const disturbed = `Others used the machine as well: load average ${machine.loadBefore} before, ${machine.loadAfter} after.`;
  return [
    `${measuredAt.slice(0, 10)}, ${machine.cores} cores of an ${machine.cpu}, ${gigabytes} GiB; ffmpeg ${servers.ffmpeg}, RabbitMQ ${servers.rabbitmq}, MongoDB's engine ${servers.mongodb}; everything on this one machine. ${disturbed}`,
    '',
    markdownTable(['measured', 'value'], measuredRows(measured)),
  ].join('\n');
}

export function perJobTable(measured: Measured): string {
  const { seen } = measured.perJob;
  const counted = countPerJob(measured);
  const names = {
    mongoOperations: 'commands to MongoDB',
    published: 'messages published',
    acknowledged: 'messages acked',
  } as const satisfies Record<keyof typeof seen, string>;
  const rows = (Object.keys(names) as (keyof typeof names)[]).map((what) => [
    names[what],
    counted[what].toFixed(0),
    seen[what].toFixed(1),
  ]);
  return markdownTable(['for a clip', 'counted in the code', 'seen by the server'], rows);
}

/** Three digits: more would pretend. */
const three = (number: number): string => String(Number(number.toPrecision(3)));

export function drainTable(measured: Measured): string {
  return markdownTable(
    [
      'queued jobs',
      'by the clock',
      'model',
      'ratio',
      'CPU time',
      'model',
      'ratio',
      'cores of others',
    ],
    measured.drain.runs.map((run) => {
      const { seconds, cpuSeconds } = predictDrain(measured, run);
      return [
        `${run.jobs}, ${run.name}`,
        `${run.measuredSeconds} s`,
        `${three(seconds)} s`,
        (run.measuredSeconds / seconds).toFixed(2),
        `${run.measuredCpuSeconds} s`,
        `${three(cpuSeconds)} s`,
        (run.measuredCpuSeconds / cpuSeconds).toFixed(2),
        run.othersCores.toFixed(1),
      ];
    }),
  );
}
