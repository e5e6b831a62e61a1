import { here } from './expressions';
import type { Panel, ValueWord } from './panel';
import { badAbove, badBelow } from './thresholds';

/** Panels that more than one dashboard shows, each for its own processes (a pattern of `job`). */

const stateWords: readonly ValueWord[] = [
  { from: 0, to: 0, word: 'closed', color: 'green' },
  { from: 1, to: 1, word: 'half-open', color: 'orange' },
  { from: 2, to: 2, word: 'open', color: 'red' },
];

export function breakersOverTime(jobs: string, width: number): Panel {
  return {
    title: 'Breakers',
    kind: 'state-timeline',
    shows:
      'Circuit breaker of each dependency, of several processes the worst: closed (it answers), half-open (it is being tried), open (it is away, and is not asked).',
    whenBad:
      'Open: that dependency is away; look there first (MongoDB for gridfs-read, gridfs-write and jobs; the mail server for smtp; the auth service for auth). Jobs wait meanwhile and lose no attempt. It closes by itself; that of auth with the next call that works.',
    unit: 'short',
    width,
    words: stateWords,
    queries: [
      {
        expr: `max by (job, dependency) (breaker_state{${here},job=~"${jobs}"})`,
        legend: '{{job}} {{dependency}}',
      },
    ],
  };
}

export function breakersOpen(jobs: string, width: number): Panel {
  return {
    title: 'Breakers open',
    kind: 'stat',
    shows: 'Circuit breakers that are open now: dependencies that a process does not reach.',
    whenBad:
      '"Breakers" below says which. Look at that server, not at ours: jobs wait meanwhile, and the breaker closes by itself.',
    unit: 'short',
    width,
    thresholds: badAbove(1, 1),
    queries: [{ expr: `sum(breaker_state{${here},job=~"${jobs}"} == bool 2)`, legend: 'open' }],
  };
}

export function processesUp(jobs: string, width: number): Panel {
  return {
    title: 'Processes up',
    kind: 'stat',
    shows: 'Processes that answer when Prometheus asks them.',
    whenBad:
      'Fewer than deployed: the missing ones crashed, cannot start, or do not answer. Their last log lines say why; "Restarts" on *Workers* says whether they keep trying.',
    unit: 'short',
    width,
    thresholds: badBelow(1, 0.5),
    queries: [{ expr: `sum by (job) (up{${here},job=~"${jobs}"})`, legend: '{{job}}' }],
  };
}

export function restarts(jobs: string, width: number): Panel {
  return {
    title: 'Restarts (1 hour)',
    kind: 'stat',
    shows: 'How often processes started anew within an hour, at the same address.',
    whenBad:
      'More than a deployment explains: a process crashes again and again. Its last log lines before each start say why; memory that climbs to a limit first is the usual cause.',
    unit: 'short',
    width,
    thresholds: badAbove(1, 3),
    queries: [
      {
        expr: `sum by (job) (changes(process_start_time_seconds{${here},job=~"${jobs}"}[1h]))`,
        legend: '{{job}}',
      },
    ],
  };
}

export function memory(jobs: string, width: number): Panel {
  return {
    title: 'Memory',
    kind: 'timeseries',
    shows:
      'Resident memory of the largest process of each kind; ffmpeg, which runs beside the converter, is not in it.',
    whenBad:
      'It does not depend on file sizes, so a line that only climbs is a leak: note since which deployment, restart the process, and report it with a heap snapshot.',
    unit: 'bytes',
    width,
    thresholds: badAbove(400 * 2 ** 20, 700 * 2 ** 20),
    queries: [
      {
        expr: `max by (job) (process_resident_memory_bytes{${here},job=~"${jobs}"})`,
        legend: '{{job}}',
      },
    ],
  };
}

export function eventLoopLag(jobs: string, width: number): Panel {
  return {
    title: 'Event-loop lag',
    kind: 'timeseries',
    shows:
      'By how much the slowest 1 % of timers were late, of the worst process of each kind: how long everything in a process waits for something that computes.',
    whenBad:
      'Above 100 ms: the process has too little CPU (compare with CPU and its limit) or computes where it should wait. Above a second, heartbeats and probes fail and it will be restarted.',
    unit: 's',
    width,
    thresholds: badAbove(0.1, 0.5),
    queries: [
      {
        expr: `max by (job) (nodejs_eventloop_lag_p99_seconds{${here},job=~"${jobs}"})`,
        legend: '{{job}}',
      },
    ],
  };
}
