import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../engine/engine';
import {
  checkLockedDown,
  checkRun,
  checkStop,
  type RunResult,
  type StopResult,
} from './check-runs';
import { expectedRuns, lastingEntries } from './expected-runs';
import type { ImageFinding } from './image-check';
import type { ImageTarget } from './image-target';

/** As little as a container can be given; the same as in compose and in the manifests. */
const restrictions = [
  ...['--read-only', '--tmpfs', '/tmp', '--network', 'none', '--user', '1000', '--cap-drop', 'ALL'],
  ...['--security-opt', 'no-new-privileges', '--memory', '2g', '--pids-limit', '256'],
];
const readyTimeoutMs = 60_000;
const stopGraceSeconds = 30;

/** Runs everything that the image can be started as, and stops what stays. */
export async function runImage(
  engine: Engine,
  target: ImageTarget,
  tag: string,
): Promise<ImageFinding[]> {
  const findings: ImageFinding[] = [];
  for (const expected of expectedRuns[target]) {
    const { program, args, environment } = expected;
    const result = await runOnce(engine, tag, { program, args, environment });
    findings.push(...checkRun(target, expected, result));
  }
  const stops = lastingEntries[target].map(async ({ entry, environment }) =>
    checkStop(target, await startAndStop(engine, tag, entry, environment)),
  );
  findings.push(...(await Promise.all(stops)).flat());
  const status = await runOnce(engine, tag, { program: 'cat', args: ['/proc/self/status'] });
  const write = await runOnce(engine, tag, { program: 'touch', args: ['/home/node/written'] });
  return [...findings, ...checkLockedDown(target, status.printed, write)];
}

interface Once {
  readonly program?: string | undefined;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

async function runOnce(engine: Engine, tag: string, once: Once): Promise<RunResult> {
  const entry = once.program === undefined ? [] : ['--entrypoint', once.program];
  const variables = environmentFlags(once.environment ?? {});
  const { code, stdout, stderr } = await engine.docker(
    ['run', '--rm', ...restrictions, ...variables, ...entry, tag, ...once.args],
    { anyCode: true },
  );
  return { code, printed: `${stdout}${stderr}` };
}

/** Stops it as an orchestrator does: SIGTERM, and SIGKILL when its grace is over. */
async function startAndStop(
  engine: Engine,
  tag: string,
  entry: string,
  environment: Readonly<Record<string, string>>,
): Promise<StopResult> {
  const variables = environmentFlags(environment);
  const started = await engine.docker([
    'run',
    '--detach',
    ...restrictions,
    ...variables,
    tag,
    entry,
  ]);
  const id = started.stdout.trim();
  const within = (...command: string[]) =>
    engine.docker(['exec', id, ...command], { anyCode: true });
  const state = async (field: string): Promise<string> =>
    (await engine.docker(['inspect', '--format', `{{.State.${field}}}`, id])).stdout.trim();
  try {
    const deadlineMs = Date.now() + readyTimeoutMs;
    // Without its servers a process is alive and not ready: health says 503, not "no answer".
    for (;;) {
      const { stderr } = await within('node', '/app/dist/image/start.js', 'health');
      if (stderr.startsWith('503')) break;
      if (Date.now() > deadlineMs || (await state('Running')) !== 'true') {
        const log = await engine.docker(['logs', '--tail', '3', id]);
        const unanswered = `${stderr}${log.stdout}${log.stderr}`;
        return { entry, firstProcess: 'none', code: Number(await state('ExitCode')), unanswered };
      }
      await delay(200);
    }
    const firstProcess = (await within('cat', '/proc/1/comm')).stdout.trim();
    await engine.docker(['stop', '--time', String(stopGraceSeconds), id]);
    return { entry, firstProcess, code: Number(await state('ExitCode')) };
  } finally {
    await engine.docker(['rm', '--force', id]);
  }
}

function environmentFlags(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
}
