import type { Dashboard } from './build-dashboard';
import {
  deadLettersByQueue,
  deadLettersOverTime,
  givenUpByReason,
  whatOperatorsDid,
} from './dead-letter-panels';
import { here, hereAndQueue } from './expressions';
import type { ValueWord } from './panel';
import { badAbove, badBelow } from './thresholds';

/** A day stands for "not at this rate": an endless time has no place on an axis. */
const drainSeconds = `max by (queue) (clamp_max(queue:drain_seconds{${hereAndQueue}}, 86400))`;
const aDayOrNever: ValueWord = { from: 86_400, to: 1e12, word: '> 1 day', color: 'red' };

/** "How deep is each queue, when will it drain, what is dying?" */
export const queues: Dashboard = {
  uid: 'queues',
  title: 'Queues',
  description:
    'How deep is each queue, when will it drain, and what is dying? video is converted; mp3 and failed become mails.',
  byQueue: true,
  rows: [
    {
      height: 5,
      panels: [
        {
          title: 'Waiting',
          kind: 'stat',
          shows:
            'Jobs and mails that wait: ready in the queue, waiting for a retry, and (video) accepted but still held back from the broker.',
          whenBad:
            'Look at "Drains in" beside it: a deep queue that drains soon needs nobody. If it does not drain, check the consumers, then the breakers on *Workers*, then add workers.',
          unit: 'short',
          width: 5,
          thresholds: badAbove(100, 1000),
          queries: [
            {
              expr: `sum by (queue) (queue:waiting:sum{${hereAndQueue}})`,
              legend: '{{queue}}',
            },
          ],
        },
        {
          title: 'Drains in',
          kind: 'stat',
          shows:
            'When the last of what waits now will be done, at the rate of the last 5 minutes. "> 1 day" is also what a queue shows that nothing leaves.',
          whenBad:
            'With no consumers, start the workers. With consumers and nothing leaving, a dependency is away (breakers on *Workers*) or every job fails ("Attempts and retries" there). Otherwise add workers: the time falls in proportion.',
          unit: 's',
          width: 5,
          thresholds: badAbove(900, 3600),
          words: [aDayOrNever],
          nothing: 'nothing waits',
          queries: [{ expr: drainSeconds, legend: '{{queue}}' }],
        },
        {
          title: 'Oldest waiting',
          kind: 'stat',
          shows: 'Age of the oldest job that waits for a converter (video) or for its mail.',
          whenBad:
            'Old and alone: that one job is being retried or held behind others of its owner; find it among the retries. Old and many: the queue does not drain.',
          unit: 's',
          width: 5,
          thresholds: badAbove(600, 1800),
          queries: [
            {
              expr: `max by (queue) (queue:oldest_waiting_seconds:max{${hereAndQueue}})`,
              legend: '{{queue}}',
            },
          ],
        },
        {
          title: 'Consumers',
          kind: 'stat',
          shows: 'Workers that the broker hands messages of this queue to.',
          whenBad:
            'None: is the converter (video) or the notification worker (mp3, failed) running, and what does its /readyz say? One that runs and has no connection to the broker takes nothing. A worker that waits for MongoDB or the mail server stays a consumer.',
          unit: 'short',
          width: 4,
          thresholds: badBelow(1, 0.5),
          queries: [
            {
              expr: `sum by (queue) (queue:consumers:sum{${hereAndQueue}})`,
              legend: '{{queue}}',
            },
          ],
        },
        deadLettersByQueue(5),
      ],
    },
    {
      height: 9,
      panels: [
        {
          title: 'Depth',
          kind: 'timeseries',
          shows:
            'Messages in each work queue: ready (nobody has taken them) and in work (handed to a worker, not settled yet).',
          whenBad:
            'Ready grows, in work does not: workers are busy or gone. In work stays high and nothing leaves: workers hang, see "Deliveries in progress" on *Workers*.',
          unit: 'short',
          width: 12,
          queries: [
            {
              expr: `sum by (queue) (queue:ready:sum{${hereAndQueue}})`,
              legend: '{{queue}} ready',
            },
            {
              expr: `sum by (queue) (queue:unacked:sum{${hereAndQueue}})`,
              legend: '{{queue}} in work',
            },
          ],
        },
        {
          title: 'In and out',
          kind: 'timeseries',
          shows:
            'Messages per minute that arrived in each queue, and that left it for good: completed, failed or given up. Retries and deferrals are neither.',
          whenBad:
            'Out below in for long is a backlog in the making: add workers, or find out who uploads so much ("Uploads" on *Service*). Out at zero: see consumers and breakers.',
          unit: 'suffix:/min',
          width: 12,
          queries: [
            {
              expr: `60 * sum by (queue) (queue:arriving:rate5m{${hereAndQueue}})`,
              legend: '{{queue}} in',
            },
            {
              expr: `60 * sum by (queue) (queue:settled:rate5m{${hereAndQueue}})`,
              legend: '{{queue}} out',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Drain time',
          kind: 'timeseries',
          shows:
            '"Drains in" over time. A gap is an empty queue; a line at one day is a queue that nothing leaves, or that needs longer.',
          whenBad:
            'Rising for half an hour: more comes than the workers can do, add some. A jump to one day: they stopped, see *Workers*.',
          unit: 's',
          width: 8,
          thresholds: badAbove(900, 3600),
          nothing: 'nothing waits',
          queries: [{ expr: drainSeconds, legend: '{{queue}}' }],
        },
        {
          title: 'Oldest waiting over time',
          kind: 'timeseries',
          shows: 'Age of the oldest job or mail that waits, in each queue.',
          whenBad:
            'A straight line up is one job that nobody takes, from when it began to wait. A line that falls and rises again is a queue with a backlog.',
          unit: 's',
          width: 8,
          thresholds: badAbove(600, 1800),
          queries: [
            {
              expr: `max by (queue) (queue:oldest_waiting_seconds:max{${hereAndQueue}})`,
              legend: '{{queue}}',
            },
          ],
        },
        {
          title: 'Waiting for a retry',
          kind: 'timeseries',
          shows:
            'Messages in the delay queues, by how long each waits there: for another attempt, or put off through no fault of its own.',
          whenBad:
            'Compare with *Workers*: "Deferrals by reason" names what is in the way; "Attempts and retries" shows what failed. Many in the longest: their attempts are nearly used up, so find the error now.',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `sum by (queue, tier) (rabbitmq_detailed_queue_messages{${hereAndQueue},kind="retry"})`,
              legend: '{{queue}} {{tier}}',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        deadLettersOverTime(8),
        givenUpByReason('Messages', hereAndQueue, 8),
        whatOperatorsDid(8),
      ],
    },
    {
      height: 7,
      panels: [
        {
          title: 'Held jobs',
          kind: 'timeseries',
          shows:
            'Accepted jobs that are not on the broker yet: their owner has enough queued, or the broker is away. They wait in the job records and are not lost.',
          whenBad:
            'Up while the queue is empty: the broker was away, or no relay is active (beside). Otherwise one owner sent many files, and the others go before them, as it should be.',
          unit: 'short',
          width: 8,
          queries: [
            {
              expr: `max by (namespace) (outbox_held_jobs{${here}} and on (namespace, instance) relay_active{${here}} == 1)`,
              legend: '{{namespace}}',
            },
          ],
        },
        {
          title: 'Relay',
          kind: 'state-timeline',
          shows:
            'Which relay is active and which stand by. The active one publishes held jobs and files dead letters.',
          whenBad:
            'None active for a minute: held jobs and retries of lost messages wait. See the logs of the relays; they need MongoDB to agree on one.',
          unit: 'short',
          width: 8,
          words: [
            { from: 0, to: 0, word: 'stands by', color: 'blue' },
            { from: 1, to: 1, word: 'active', color: 'green' },
          ],
          queries: [
            {
              expr: `max by (namespace, instance) (relay_active{${here}})`,
              legend: '{{namespace}} {{instance}}',
            },
          ],
        },
        {
          title: 'Broker',
          kind: 'timeseries',
          shows:
            'How near the broker is to its limits: memory in use of what it may use, and the least free disk of what is free. At 100 % of either it takes no message from anybody.',
          whenBad:
            'Memory: which queue is deep, how many connections are there? Disk: make room; it goes on by itself. Meanwhile uploads are accepted and held, and conversions cannot tell of their MP3.',
          unit: 'percentunit',
          width: 8,
          thresholds: badAbove(0.8, 1),
          queries: [
            {
              expr: `max by (instance) (rabbitmq_process_resident_memory_bytes{${here}} / rabbitmq_resident_memory_limit_bytes{${here}})`,
              legend: 'memory {{instance}}',
            },
            {
              expr: `max by (instance) (rabbitmq_disk_space_available_limit_bytes{${here}} / rabbitmq_disk_space_available_bytes{${here}})`,
              legend: 'disk {{instance}}',
            },
          ],
        },
      ],
    },
  ],
};
