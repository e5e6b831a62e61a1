import type { Dashboard } from './build-dashboard';
import { here, perMinute, quantile } from './expressions';
import {
  breakersOpen,
  breakersOverTime,
  eventLoopLag,
  memory,
  processesUp,
} from './runtime-panels';
import { badAbove } from './thresholds';

const servers = 'gateway|auth';
/** Calls whose time depends on the size of a file, or that last as long as somebody watches. */
const longRoutes = '/upload|/download|/jobs/:id/mp3|none';

/** "Do the gateway and auth answer, and how fast?" */
export const gatewayAndAuth: Dashboard = {
  uid: 'gateway-and-auth',
  title: 'Gateway and auth',
  description: 'Do the gateway and the auth service answer, how fast, and who is let in?',
  byQueue: false,
  rows: [
    {
      height: 5,
      panels: [
        processesUp(servers, 5),
        {
          title: 'Requests answered 5xx',
          kind: 'stat',
          shows:
            "Share of the gateway's requests within 5 minutes that were answered 5xx; of several namespaces, the worst.",
          whenBad:
            '"Errors by route" says which calls. The only breaker here is of auth; MongoDB has none in the gateway: see its /readyz, then the log lines with level error.',
          unit: 'percentunit',
          max: 1,
          width: 5,
          thresholds: badAbove(0.005, 0.02),
          nothing: 'no requests',
          queries: [{ expr: `max(slo:errors:ratio_rate5m{${here},slo="http"})`, legend: '5xx' }],
        },
        {
          title: 'Answer time',
          kind: 'stat',
          shows:
            'What 95 % of the short calls stay below: all but uploads, downloads and calls to nowhere.',
          whenBad:
            '"Duration by route" says which call is slow. All of them: CPU or event-loop lag. Logins only: bcrypt. Jobs only: MongoDB.',
          unit: 's',
          width: 5,
          thresholds: badAbove(0.5, 2),
          nothing: 'no requests',
          queries: [
            // Without requests it is not a number, which is no answer time either.
            {
              expr: `${quantile(
                0.95,
                'http_request_duration_seconds',
                `${here},job=~"${servers}",route!~"${longRoutes}"`,
                ['job'],
              )} >= 0`,
              legend: '{{job}}',
            },
          ],
        },
        breakersOpen('gateway', 4),
        {
          title: 'Logins that could not be checked',
          kind: 'stat',
          shows: 'Logins per minute that the auth service could neither allow nor refuse.',
          whenBad:
            'Any: MySQL is away, slow, or has no connection left. Nobody can log in; who has a token goes on. Look at MySQL, then at the log of auth.',
          unit: 'suffix:/min',
          width: 5,
          thresholds: badAbove(0.1, 1),
          queries: [
            {
              expr: `60 * sum(rate(logins_total{${here},result="failed"}[$__rate_interval]))`,
              legend: 'failed',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Requests',
          kind: 'timeseries',
          shows: 'Requests answered per second, by process and status class.',
          whenBad:
            'A sudden drop to nothing: is the address reachable from outside? 5xx beside 2xx: see "Errors by route". Many 4xx: a client with an old token or a scan.',
          unit: 'reqps',
          width: 12,
          stacked: true,
          queries: [
            {
              expr: `sum by (job, status_class) (rate(http_requests_total{${here}}[$__rate_interval]))`,
              legend: '{{job}} {{status_class}}',
            },
          ],
        },
        {
          title: 'Errors by route',
          kind: 'timeseries',
          shows:
            'Requests per minute answered 4xx (the caller is to blame) and 5xx (we are), by route; `none` is everything that we do not serve.',
          whenBad:
            '5xx on /upload, /download or /jobs: MongoDB, or on /upload a full backlog (503). 5xx on /login: the auth service or MySQL. 4xx on /login in numbers: somebody guesses passwords. 4xx on none: a scan, harmless.',
          unit: 'suffix:/min',
          width: 12,
          nothing: 'no errors',
          queries: [
            {
              expr: perMinute('http_requests_total', `${here},status_class=~"4xx|5xx"`, [
                'job',
                'route',
                'status_class',
              ]),
              legend: '{{job}} {{route}} {{status_class}}',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Duration by route',
          kind: 'timeseries',
          shows:
            "The time that 95 % of the answers of each route stay below; uploads and downloads last as long as the listener's line needs.",
          whenBad:
            'One route: what it asks is slow (/jobs: MongoDB; /login: auth). All at once: the process has no CPU, see "Event-loop lag". Only uploads: the listeners\' lines, or MongoDB\'s disk.',
          unit: 's',
          width: 12,
          queries: [
            {
              expr: quantile(0.95, 'http_request_duration_seconds', here, ['job', 'route']),
              legend: '{{job}} {{route}}',
            },
          ],
        },
        {
          title: 'Requests in progress',
          kind: 'timeseries',
          shows: 'Requests being answered now, uploads and downloads under way included.',
          whenBad:
            'Climbs and does not fall: answers hang on a dependency; see "Duration by route" for which calls, then /readyz. Many with steady traffic: slow uploads, normal.',
          unit: 'short',
          width: 6,
          queries: [
            {
              expr: `sum by (job) (http_requests_in_progress{${here}})`,
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Bytes',
          kind: 'timeseries',
          shows: 'Bytes per second received (videos) and sent (MP3s).',
          whenBad:
            'A flat top is a full line or a limit before us. Received at zero while uploads are in progress: they stand still; clients that send nothing are cut off by themselves.',
          unit: 'binBps',
          width: 6,
          queries: [
            {
              expr: `sum(rate(http_received_bytes_total{${here},job="gateway"}[$__rate_interval]))`,
              legend: 'received',
            },
            {
              expr: `sum(rate(http_sent_bytes_total{${here},job="gateway"}[$__rate_interval]))`,
              legend: 'sent',
            },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          title: 'Logins',
          kind: 'timeseries',
          shows:
            'Logins per minute: ok, refused (unknown user or wrong password), failed (the service could not tell).',
          whenBad:
            'Refused far above ok: somebody guesses passwords; limit logins by address in what stands before the gateway. Failed: MySQL is away.',
          unit: 'suffix:/min',
          width: 8,
          queries: [{ expr: perMinute('logins_total', here, ['result']), legend: '{{result}}' }],
        },
        {
          title: 'Time for a password',
          kind: 'timeseries',
          shows:
            'Time bcrypt took for one password, waiting for a thread included: the median, and what 95 % stay below.',
          whenBad:
            'The median is the price of one check on this CPU. The 95th percentile far above it: more logins at once than threads; add auth processes, or find who logs in so often.',
          unit: 's',
          width: 8,
          thresholds: badAbove(1, 3),
          queries: [
            { expr: quantile(0.5, 'bcrypt_duration_seconds', here), legend: 'median' },
            { expr: quantile(0.95, 'bcrypt_duration_seconds', here), legend: '95th percentile' },
          ],
        },
        {
          title: 'Upload sizes',
          kind: 'timeseries',
          shows: 'Size of accepted videos: the median, and what 95 % stay below.',
          whenBad:
            'Larger ones need more work disk in the converters and more of MongoDB\'s: compare with "Work disk free" on *Workers*. Memory does not depend on it.',
          unit: 'bytes',
          width: 8,
          queries: [
            { expr: quantile(0.5, 'upload_size_bytes', here), legend: 'median' },
            { expr: quantile(0.95, 'upload_size_bytes', here), legend: '95th percentile' },
          ],
        },
      ],
    },
    {
      height: 8,
      panels: [breakersOverTime('gateway', 8), eventLoopLag(servers, 8), memory(servers, 8)],
    },
  ],
};
