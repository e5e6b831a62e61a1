import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '../repository-directory';
import { checkRules, type RuleCheck } from './check/check-rules';
import { firedAlerts } from './check/fired-alerts';
import { MetricCoverage } from './check/metric-coverage';
import { promtool } from './check/promtool';
import { recordDashboard, type PanelCheck } from './check/record-dashboard';
import { watchMetrics } from './check/watch-metrics';
import type { RecordedAlert, Recording } from './dashboards/recording';
import { play, type Played } from './play';
import {
  documentationDirectory,
  drawRecordings,
  keepRecordings,
  outputDirectory,
  readDashboards,
} from './record';
import { problemsOf, type Report } from './report';
import type { Situation } from './situations/situation';
import { openScene, type Scene } from './stack/scene';
import { waitUntil } from './wait-until';

export interface VerifyOptions {
  readonly situations: readonly Situation[];
  /** Whether the pictures go to docs/; else they stay among the output of the run. */
  readonly write: boolean;
  /** Told what is being done. */
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Drives the product through every situation and holds dashboards, rules and metrics against what
 * Prometheus saw of it.
 *
 * @throws StackError when the stack cannot be started, or a situation cannot be brought about
 */
export async function verify(options: VerifyOptions): Promise<Report> {
  const begin = performance.now();
  const { say, signal } = options;
  const dashboards = readDashboards();
  const logs = join(repositoryDirectory(), outputDirectory, 'logs');
  rmSync(logs, { recursive: true, force: true });
  const { scene, keepLogs, close } = await openScene(signal, (what) => {
    say(`starting ${what}`);
  });
  const stopWatching = watchMetrics(scene.config);
  let held = false;
  try {
    const fromS = await untilScraped(scene);
    scene.traffic.start();
    const played = await playAll(scene, options);
    say('waiting for alerts to end');
    const alerts = (await Promise.all(played.map((one) => one.alerts))).flat();
    await untilDrained(scene);
    const toS = Math.floor(Date.now() / 1_000);
    const coverage = await stopWatching();
    say('asking every query');
    const rules = await checkRules(scene.config, scene.prometheus, [fromS, toS]);
    const fired = await firedAlerts(scene.prometheus, fromS, toS);
    const recordings: Recording[] = [];
    const panels: PanelCheck[] = [];
    for (const dashboard of dashboards) {
      const own = alertsOf(dashboard.uid, rules, fired);
      const recorded = await recordDashboard(dashboard, scene.prometheus, { fromS, toS }, own);
      recordings.push(recorded.recording);
      panels.push(...recorded.checks);
    }
    keepRecordings(recordings);
    say('drawing');
    const directory = options.write ? documentationDirectory : outputDirectory;
    const report: Report = {
      tookS: (performance.now() - begin) / 1_000,
      panels,
      rules,
      quiet: played.flatMap(({ quiet }) => quiet),
      alerts,
      uncovered: uncovered(rules, options.situations),
      metrics: { expected: MetricCoverage.expected, problems: coverage.problems() },
      promtool: await promtool(scene.config),
      pictures: drawRecordings(dashboards, recordings, directory),
    };
    held = problemsOf(report).length === 0;
    return report;
  } finally {
    if (!held && !signal.aborted) {
      await keepLogs(logs).catch(() => undefined);
      say(`logs are kept in ${outputDirectory}/logs`);
    }
    say('taking everything down');
    await stopWatching();
    await close();
  }
}

async function playAll(scene: Scene, { situations, say }: VerifyOptions): Promise<Played[]> {
  const played: Played[] = [];
  for (const [index, situation] of situations.entries()) {
    const told = situation.alerts.map(({ name }) => name).join(', ');
    const number = `${index + 1}/${situations.length}`;
    say(`${number} ${situation.name} → ${told === '' ? 'no alert' : told}`);
    played.push(await play(situation, scene));
    if (situation.quietS !== undefined && situation.name === 'healthy') requireNoProblems(scene);
  }
  return played;
}

/** In health listeners get what they want; else the silence of alerts would mean nothing. */
function requireNoProblems({ traffic }: Scene): void {
  if (traffic.problems.length === 0 && traffic.downloads > 0) return;
  const problems = traffic.problems.slice(0, 3).join('; ');
  throw new Error(`listeners met problems in health (${traffic.downloads} downloads): ${problems}`);
}

/** @returns since when every process is scraped, in seconds since the epoch */
async function untilScraped({ prometheus, signal }: Scene): Promise<number> {
  let missing = '';
  await waitUntil(
    'every target scraped and every queue seen',
    async () => {
      const down = await prometheus.query('up == 0');
      const [targets] = await prometheus.query('count(up)');
      const [queues] = await prometheus.query('count(queue:settled:rate5m)');
      missing = `down: ${down.map(({ labels }) => labels['job']).join(', ')}; queues: ${queues?.points[0]?.[1] ?? 0}`;
      return down.length === 0 && targets !== undefined && queues !== undefined ? true : undefined;
    },
    { deadlineMs: 30_000, signal },
    () => missing,
  );
  return Math.floor(Date.now() / 1_000);
}

/** What piled up is done, so that a picture of "now" is one of a product that is well again. */
async function untilDrained({ jobs, signal, traffic }: Scene): Promise<void> {
  await traffic.stop();
  await waitUntil(
    'end of every job',
    async () => ((await jobs.countDocuments({ finishedAt: null })) === 0 ? true : undefined),
    { deadlineMs: 90_000, signal },
  );
}

function alertsOf(
  uid: string,
  rules: readonly RuleCheck[],
  fired: readonly RecordedAlert[],
): RecordedAlert[] {
  const own = rules.filter(({ dashboard }) => dashboard?.split('/').includes(uid) === true);
  const names = new Set(own.map(({ name }) => name));
  return fired.filter(({ name }) => names.has(name));
}

function uncovered(rules: readonly RuleCheck[], situations: readonly Situation[]): string[] {
  const covered = new Set(situations.flatMap(({ alerts }) => alerts.map(({ name }) => name)));
  const all = new Set(rules.filter(({ kind }) => kind === 'alert').map(({ name }) => name));
  return [...all].filter((name) => !covered.has(name));
}
