import type { Dashboard } from './build-dashboard';
import { deadLetters, givenUpByReason } from './dead-letter-panels';
import { here, inTheRange, perMinute, quantile } from './expressions';
import type { Panel } from './panel';
import { badAbove, badBelow } from './thresholds';

/** "Are listeners being served?" */
export const service: Dashboard = {
  uid: 'service',
  title: 'Service',
  description:
    'Are listeners being served? The first row says so; the rest says since when and why not.',
  byQueue: false,
  rows: [
    {
      height: 5,
      panels: [
        {
          title: 'Requests served',
          kind: 'stat',
          shows:
            "Share of the gateway's requests within 5 minutes that were not answered 5xx; of several namespaces, the worst. The promise is 99.5 %.",
          whenBad:
            'See "Errors by route" on *Gateway and auth* for which call fails, then "Breakers": a dependency that is away explains most of it.',
          unit: 'percentunit',
          max: 1,
          width: 4,
          thresholds: badBelow(0.995, 0.98),
          nothing: 'no requests',
          queries: [
            {
              expr: `min(1 - slo:errors:ratio_rate5m{${here},slo="http"})`,
              legend: 'served',
            },
          ],
        },
        {
          title: 'Jobs not given up',
          kind: 'stat',
          shows:
            'Share of the jobs finished within 5 minutes that did not end dead. A file that cannot be converted counts as served: its listener is told why. The promise is 99 %.',
          whenBad:
            'Open the dead letters (link on "Dead letters"): their groups say which step and which error. Jobs that died are not lost; repair the cause, then replay them.',
          unit: 'percentunit',
          max: 1,
          width: 4,
          thresholds: badBelow(0.99, 0.95),
          nothing: 'no jobs finished',
          queries: [
            {
              expr: `min(1 - slo:errors:ratio_rate5m{${here},slo="jobs"})`,
              legend: 'not given up',
            },
          ],
        },
        {
          title: 'Oldest video waiting',
          kind: 'stat',
          shows:
            'How long the oldest accepted video has waited for a converter; 0 when none waits. No data: no relay is active to say so (*Queues*).',
          whenBad:
            'Go to *Queues*: with "Drains in" far off, add converters; with no consumers, see why they do not run; with a breaker open on *Workers*, that dependency is in the way.',
          unit: 's',
          width: 4,
          thresholds: badAbove(600, 1800),
          queries: [
            {
              expr: `max(queue:oldest_waiting_seconds:max{${here},queue="video"})`,
              legend: 'oldest',
            },
          ],
        },
        deadLetters(4),
        {
          title: 'Error budget left (7 days)',
          kind: 'stat',
          shows:
            'What is left of the errors that a week may have: 100 % is a week without one, 0 % is the promise just kept, less is the promise broken. The mean of hourly shares, so a quiet hour weighs as much as a busy one.',
          whenBad:
            'Below 25 %, put off risky deployments. The alerts ErrorBudgetBurnFast and ErrorBudgetBurnSlow say whether it is being used up now; "Success over time" says when it was.',
          unit: 'percentunit',
          max: 1,
          width: 4,
          thresholds: badBelow(0.25, 0),
          nothing: 'nothing to count',
          queries: [
            {
              expr: `min by (slo) (1 - avg_over_time(slo:errors:ratio_rate1h{${here}}[7d]) / on (slo) group_left () slo:budget:ratio{})`,
              legend: '{{slo}}',
            },
          ],
        },
        {
          title: 'Alerts firing',
          kind: 'stat',
          shows:
            'How many alerts fire now: those that wake somebody (page), and those for the next working day (ticket).',
          whenBad:
            '"Alerts" at the foot of this page names them; each has its first steps in observability/prometheus/runbooks.md.',
          unit: 'short',
          width: 4,
          thresholds: badAbove(1, 1),
          queries: [firing('page'), firing('ticket')],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Success over time',
          kind: 'timeseries',
          shows:
            'The two shares above over time: requests not answered 5xx, and jobs not given up. A gap is a time without requests or jobs.',
          whenBad:
            'Where both fall at once, suspect what they have in common (MongoDB, the broker); where only jobs fall, see "Given up by reason". A vertical line just before is a deployment: roll it back.',
          unit: 'percentunit',
          max: 1,
          width: 12,
          thresholds: badBelow(0.995, 0.99),
          queries: [
            {
              expr: `min(1 - slo:errors:ratio_rate5m{${here},slo="http"})`,
              legend: 'requests',
            },
            { expr: `min(1 - slo:errors:ratio_rate5m{${here},slo="jobs"})`, legend: 'jobs' },
          ],
        },
        {
          title: 'Jobs finished',
          kind: 'timeseries',
          shows:
            'Jobs per minute by how they ended: ready (the MP3 is there), failed (the file cannot be converted, the listener was told), dead (given up, an operator decides).',
          whenBad:
            'Dead jobs: open the dead letters. Many failed: see "Failures by reason". None at all while uploads go on: go to *Queues*.',
          unit: 'suffix:/min',
          width: 12,
          stacked: true,
          queries: [
            { expr: perMinute('jobs_finished_total', here, ['state']), legend: '{{state}}' },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Wait before the start',
          kind: 'timeseries',
          shows:
            'Time from the accepted upload to the start of its first attempt: the median, and what 5 % and 1 % of listeners wait at least.',
          whenBad:
            'A wait that grows is a backlog: see "Drain time" on *Queues* and add converters. If only the 99th percentile is high, one listener with many files waits for their own.',
          unit: 's',
          width: 12,
          thresholds: badAbove(120, 1800),
          queries: percentiles('queue_wait_seconds', here),
        },
        {
          title: 'Time to the MP3',
          kind: 'timeseries',
          shows:
            'Time from the accepted upload to the stored MP3, waiting included, of jobs that became ready.',
          whenBad:
            'Compare with "Wait before the start": if that is the cause, add converters; if not, see "Step durations" and "ffmpeg speed" on *Workers* for the step that became slow.',
          unit: 's',
          width: 12,
          thresholds: badAbove(300, 3600),
          queries: percentiles('job_duration_seconds', `${here},state="ready"`),
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Failures by reason',
          kind: 'bargauge',
          shows:
            'Jobs that ended as failed within the time shown, by what their listeners were told. Apart from given-up (an operator discarded it) the reason lies with the file.',
          whenBad:
            'Some are normal. A jump in one reason after a deployment is ours: find such a job in the log of the converter and try its file by hand. source-missing means that videos disappear before they are converted: stop what deletes them.',
          unit: 'short',
          width: 8,
          queries: [{ expr: inTheRange('refusals_total', here, ['reason']), legend: '{{reason}}' }],
        },
        givenUpByReason('Videos', `${here},queue="video"`, 8),
        {
          title: 'Uploads',
          kind: 'timeseries',
          shows:
            'Uploads per minute: accepted (a job is on record), refused (the client did something wrong, or MAX_BACKLOG jobs wait in all: 503), failed (our fault, or broken off on the way).',
          whenBad:
            'Failed: see "Errors by route" on *Gateway and auth*. Refused in numbers: a client sends something else than a file, or the backlog is full: see *Queues* and add converters. The many files of one owner are held, not refused. None: is the gateway reachable from outside?',
          unit: 'suffix:/min',
          width: 8,
          queries: [{ expr: perMinute('uploads_total', here, ['result']), legend: '{{result}}' }],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Mails',
          kind: 'timeseries',
          shows:
            'Mails per minute by kind (ready: here is your MP3; failed: it cannot be converted) and result (ok, failed, deferred while the mail server is away).',
          whenBad:
            'Deferred: the mail server is away, mails wait and nothing is lost; see the smtp breaker on *Workers*. Failed: the server refuses the mail; the dead letters of the queues mp3 and failed say with which words.',
          unit: 'suffix:/min',
          width: 12,
          queries: [
            {
              expr: perMinute('mails_total', here, ['kind', 'result']),
              legend: '{{kind}} {{result}}',
            },
          ],
        },
        {
          title: 'Alerts',
          kind: 'state-timeline',
          shows: 'Which alerts fired, and since when.',
          whenBad:
            'Look the name up in observability/prometheus/runbooks.md. Of several that began together take the cause first: ProcessDown, BreakerOpen and NoConsumers before the rest.',
          unit: 'short',
          width: 12,
          nothing: 'nothing fired',
          words: [{ from: 1, to: 1, word: 'firing', color: 'red' }],
          queries: [
            {
              expr: `max by (namespace, alertname, severity) (ALERTS{${here},alertstate="firing"})`,
              legend: '{{alertname}} ({{severity}}, {{namespace}})',
            },
          ],
        },
      ],
    },
  ],
};

function percentiles(histogram: string, selector: string): Panel['queries'] {
  return [
    { expr: quantile(0.5, histogram, selector), legend: 'median' },
    { expr: quantile(0.95, histogram, selector), legend: '95th percentile' },
    { expr: quantile(0.99, histogram, selector), legend: '99th percentile' },
  ];
}

/** Counted from zero: an alert that does not fire has no series. */
function firing(severity: 'page' | 'ticket') {
  return {
    expr: `count(ALERTS{${here},alertstate="firing",severity="${severity}"}) or vector(0)`,
    legend: severity,
  };
}
