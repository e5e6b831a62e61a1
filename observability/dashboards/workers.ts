import type { Dashboard } from './build-dashboard';
import { here, hereAndQueue, perMinute, quantile } from './expressions';
import {
  breakersOpen,
  breakersOverTime,
  eventLoopLag,
  memory,
  processesUp,
  restarts,
} from './runtime-panels';
import { badAbove, badBelow } from './thresholds';

const workerJobs = 'converter|notification|relay';

/** "Do the workers work, and what keeps them from it?" */
export const workers: Dashboard = {
  uid: 'workers',
  title: 'Workers',
  description:
    'Do the converters and notification workers work, how fast, and what keeps them from it?',
  byQueue: true,
  rows: [
    {
      height: 5,
      panels: [
        processesUp(workerJobs, 7),
        breakersOpen(workerJobs, 4),
        {
          title: 'Work disk free',
          kind: 'stat',
          shows: 'Room left for videos at work, of the converter that has least.',
          whenBad:
            'A converter that has no room takes no job until others are done. Is something else filling that disk? Do crashed attempts leave directories in WORK_DIR? Otherwise give it more room, or fewer jobs at once.',
          unit: 'percentunit',
          max: 1,
          width: 5,
          thresholds: badBelow(0.25, 0.1),
          queries: [
            {
              expr: `min(work_disk_available_bytes{${here}} / work_disk_size_bytes{${here}})`,
              legend: 'free',
            },
          ],
        },
        restarts(`gateway|auth|${workerJobs}`, 8),
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Step durations',
          kind: 'timeseries',
          shows:
            'The time that 95 % of the successful runs of each conversion step stay below. A gap is a time without runs.',
          whenBad:
            'fetch-video or store-mp3 slow: MongoDB or the network. transcode slow: see "ffmpeg speed", or somebody uploads longer videos. emit-done slow: the broker.',
          unit: 's',
          width: 12,
          queries: [
            {
              expr: quantile(0.95, 'step_duration_seconds', `${here},result="ok"`, ['step']),
              legend: '{{step}}',
            },
          ],
        },
        {
          title: 'Steps that did not succeed',
          kind: 'timeseries',
          shows:
            'Runs of steps per minute that ended refused (the file is to blame), failed (another attempt or a dead letter follows) or deferred (a dependency was away).',
          whenBad:
            'Failed: the log line of that step has the error and the job. Deferred: see "Breakers". Refused: see "Failures by reason" on *Service*.',
          unit: 'suffix:/min',
          width: 12,
          queries: [
            {
              expr: perMinute('step_duration_seconds_count', `${here},result!="ok"`, [
                'step',
                'result',
              ]),
              legend: '{{step}} {{result}}',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'ffmpeg speed',
          kind: 'timeseries',
          shows:
            'Seconds of audio that ffmpeg encodes in a second: the mean of the last 5 minutes, and of the last day as what is usual here.',
          whenBad:
            'Below half of the usual: too many jobs for the cores, or a neighbour takes the CPU (compare with "CPU"). Lower the number of jobs at once, or add converters elsewhere.',
          unit: 'suffix:×',
          width: 8,
          queries: [
            { expr: `avg(transcode:speed:avg5m{${here}})`, legend: 'last 5 minutes' },
            { expr: `avg(transcode:speed:avg1d{${here}})`, legend: 'last day' },
          ],
        },
        {
          title: 'Audio made',
          kind: 'timeseries',
          shows: 'Seconds of MP3 that all converters together made in a second.',
          whenBad:
            'Flat while videos wait: the converters are at their limit, add some. Zero while videos wait: they stopped; see "Breakers", "Deferrals by reason" and the consumers on *Queues*.',
          unit: 'suffix:×',
          width: 8,
          queries: [
            {
              expr: `sum(rate(audio_seconds_total{${here}}[$__rate_interval]))`,
              legend: 'seconds of MP3 a second',
            },
          ],
        },
        {
          title: 'CPU',
          kind: 'timeseries',
          shows:
            'Cores in use: by our processes of each kind, and by ffmpeg (booked when an encode ends, so a long one shows as a peak at its end).',
          whenBad:
            'ffmpeg near the number of cores is full use, and fine unless videos wait. Our own processes above half a core: something polls or loops; look at their logs.',
          unit: 'suffix:cores',
          width: 8,
          queries: [
            {
              expr: `sum by (job) (rate(process_cpu_seconds_total{${here},job=~"${workerJobs}"}[$__rate_interval]))`,
              legend: '{{job}}',
            },
            {
              expr: `sum by (mode) (rate(ffmpeg_cpu_seconds_total{${here}}[$__rate_interval]))`,
              legend: 'ffmpeg {{mode}}',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Attempts and retries',
          kind: 'timeseries',
          shows:
            'Attempts begun per minute, and those that another one follows, by the delay before it (1 is the shortest).',
          whenBad:
            'Retries near the attempts: nearly everything fails; read the error in the log of the workers now, before the attempts are used up. Only the later delays: single jobs that will die.',
          unit: 'suffix:/min',
          width: 8,
          queries: [
            {
              expr: perMinute('attempts_total', hereAndQueue, ['queue']),
              legend: '{{queue}} attempts',
            },
            {
              expr: perMinute('retries_total', hereAndQueue, ['queue', 'tier']),
              legend: '{{queue}} retry {{tier}}',
            },
          ],
        },
        {
          title: 'Deferrals by reason',
          kind: 'timeseries',
          shows:
            'Deliveries per minute that were put off through no fault of their own, by what was in the way. They come again after a delay and lose no attempt.',
          whenBad:
            'dependency, broker: see "Breakers" and the broker. disk: see "Work disk free". claim: another worker has the job, normal after a crash. stopping: a deployment. unforeseen: a bug of ours, its log line has the error.',
          unit: 'suffix:/min',
          width: 8,
          queries: [
            {
              expr: perMinute('defers_total', hereAndQueue, ['reason']),
              legend: '{{reason}}',
            },
          ],
        },
        {
          title: 'Deliveries in progress',
          kind: 'timeseries',
          shows: 'Deliveries that workers work on now, by queue.',
          whenBad:
            'At the limit (CONCURRENCY × converters, MAIL_CONCURRENCY × notification workers) while messages wait: add workers. At its limit while nothing is finished: they hang; see the steps and "Breakers". Zero while messages wait: no worker consumes.',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `sum by (queue) (deliveries_in_progress{${hereAndQueue}})`,
              legend: '{{queue}}',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        breakersOverTime(workerJobs, 12),
        {
          title: 'Breaker changes',
          kind: 'timeseries',
          shows: 'How often breakers opened per minute, by dependency.',
          whenBad:
            'Again and again: the dependency comes and goes, which is harder on it than being away. Look for its restarts, its memory, and the network between.',
          unit: 'suffix:/min',
          width: 12,
          thresholds: badAbove(1, 4),
          queries: [
            {
              expr: perMinute(
                'breaker_transitions_total',
                `${here},job=~"${workerJobs}",state="open"`,
                ['job', 'dependency'],
              ),
              legend: '{{job}} {{dependency}}',
            },
          ],
        },
      ],
    },
    { height: 8, panels: [memory(workerJobs, 12), eventLoopLag(workerJobs, 12)] },
  ],
};
